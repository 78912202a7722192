import { equal } from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { check, type Check } from '../check.ts'
import { schema } from '../example-data.ts'

const readme = new URL('../../../packages/iceberg/README.md', import.meta.url)

/** Identifier of the table that the README examples use. */
const orders = { namespace: ['sales'], name: 'orders' }

const PLAIN = "RestCatalog.connect({ uri: 'https://catalog.example.com', warehouse: 'lakehouse' })"

/** Returns a check for each example in the README of the client, in the order of the README. */
export function readmeChecks(folder: string): readonly Check[] {
  const examples = [...readFileSync(readme, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(
    ([, code]) => code ?? '',
  )
  return examples.map((code, index) =>
    check(
      `example ${index + 1} of the README works as it is`,
      [],
      async ({ catalog, fresh, peer: { options } }) => {
        const { uri = '', warehouse = '', properties = {} } = options
        // Scans of the table `orders` cannot be planned, because another example adds a snapshot without files to it.
        // The example of a scan therefore gets its own table.
        const scanned =
          code.includes('planScan') && catalog.supports('planTableScan') ? fresh('scanned') : null
        if (scanned !== null) await catalog.createTable(scanned, { schema })
        const whole = code
          .replace(
            "planScan({ namespace: ['sales'], name: 'orders' }",
            `planScan(${JSON.stringify(scanned ?? orders)}`,
          )
          .replace(PLAIN, `RestCatalog.connect(${JSON.stringify(options)})`)
          .replaceAll('https://catalog.example.com', uri)
          .replace("warehouse: 'lakehouse'", `warehouse: '${warehouse}'`)
          .replace('client:secret', String(properties['credential']))
          .replaceAll(/from '(@[^']+)'/g, (_, name: string) => `from '${import.meta.resolve(name)}'`)
          .replaceAll('console.log(', 'void (')
        equal(whole.includes('example.com'), false)
        const file = join(folder, `example-${index + 1}.ts`)
        writeFileSync(file, whole)
        await import(pathToFileURL(file).href)
      },
    ),
  )
}
