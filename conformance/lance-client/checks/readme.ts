import { ok } from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { check, type Check } from '../check.ts'

const readme = new URL('../../../packages/lance/README.md', import.meta.url)

/** Returns a check for each example in the README of the client, in the order of the README. */
export const readmeChecks = (uri: string, modules: string, folder: string): readonly Check[] => {
  const examples = [...readFileSync(readme, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(
    ([, code]) => code ?? '',
  )
  const client = import.meta.resolve('@headgate/lance/client')
  const arrow = pathToFileURL(createRequire(join(modules, 'package.json')).resolve('apache-arrow')).href
  return examples.map((code, index) =>
    check(`example ${index + 1} of the README works as it is`, async () => {
      ok(code.includes("uri: 'https://lance.example.com'"))
      const whole = code
        .replaceAll('https://lance.example.com', uri)
        .replace("'@headgate/lance/client'", `'${client}'`)
        .replace("'apache-arrow'", `'${arrow}'`)
        .replaceAll('console.log(', 'void (')
      const file = join(folder, `example-${index + 1}.ts`)
      writeFileSync(file, whole)
      await import(pathToFileURL(file).href)
    }),
  )
}
