import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PublicNames } from './module-text.ts'

/** Entry points whose exports must have examples, keyed by the folder of their package. */
export const entries: Readonly<Record<string, readonly (readonly [specifier: string, file: string])[]>> = {
  errors: [['@headgate/errors', 'src/index.ts']],
  json: [['@headgate/json', 'src/index.ts']],
  sigv4: [['@headgate/sigv4', 'src/index.ts']],
  http: [['@headgate/http', 'src/index.ts']],
  auth: [
    ['@headgate/auth', 'src/index.ts'],
    ['@headgate/auth/tokens', 'src/oauth2/obtain-token.ts'],
  ],
  iceberg: [
    ['@headgate/iceberg/client', 'src/client/index.ts'],
    ['@headgate/iceberg/rest', 'src/rest/index.ts'],
    ['@headgate/iceberg/metadata', 'src/metadata/index.ts'],
    ['@headgate/iceberg/manifest', 'src/manifest/index.ts'],
    ['@headgate/iceberg/expression', 'src/expression/index.ts'],
  ],
  lance: [
    ['@headgate/lance/client', 'src/client/index.ts'],
    ['@headgate/lance/format', 'src/format/index.ts'],
    ['@headgate/lance/model', 'src/model/index.ts'],
  ],
  forward: [['@headgate/forward', 'src/index.ts']],
}

/** Imports the entry points. Returns the names of their exports, and the names of types in `type-names.txt`. */
export async function readPublicNames(): Promise<PublicNames> {
  const names = new Map<string, string[]>()
  for (const [specifier] of Object.values(entries).flat())
    for (const name of Object.keys((await import(specifier)) as object))
      names.set(name, [...(names.get(name) ?? []), specifier])
  const types = readFileSync(join(import.meta.dirname, 'type-names.txt'), 'utf8')
    .trim()
    .split('\n')
  for (const line of types) {
    const [name = '', specifier = ''] = line.split(' ')
    names.set(`type ${name}`, [specifier])
  }
  return names
}

/** Returns the names that the file `fixtures.ts.txt` exports. */
export function readFixtureNames(): ReadonlySet<string> {
  const source = readFileSync(join(import.meta.dirname, 'fixtures.ts.txt'), 'utf8')
  return new Set(
    [...source.matchAll(/^export (?:const|function) (\w+)|^export \{ (\w+) \}/gm)].map(
      ([, a, b]) => a ?? b ?? '',
    ),
  )
}
