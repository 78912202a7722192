import { equal } from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { check, type Check } from '../check.ts'

const readme = new URL('../../../packages/iceberg/README.md', import.meta.url)

const PLAIN = "RestCatalog.connect({ uri: 'https://catalog.example.com', warehouse: 'lakehouse' })"

/** Returns a check for each example of the README, in order. */
export function readmeChecks(folder: string): readonly Check[] {
  const examples = [...readFileSync(readme, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(
    ([, code]) => code ?? '',
  )
  return examples.map((code, index) =>
    check(`example ${index + 1} of the README works as it is`, [], async ({ peer: { options } }) => {
      const { uri = '', warehouse = '', properties = {} } = options
      const whole = code
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
    }),
  )
}
