import { gzipSync } from 'node:zlib'

/** Request body, in the encoding in which it is sent. */
export interface HostileBody {
  readonly name: string
  readonly bytes: Buffer
  readonly headers: Readonly<Record<string, string>>
}

const MiB = 1024 * 1024

/**
 * Functions that return a text of about `size` characters, which is expensive to parse for at least some JSON parsers.
 */
export const hostileTexts: Readonly<Record<string, (size: number) => string>> = {
  'empty arrays': (size) => `[${'[],'.repeat(size / 3)}1]`,
  numbers: (size) => `[${'1,'.repeat(size / 2)}1]`,
  'distinct 64-bit integers': (size) =>
    `[${Array.from({ length: size / 20 }, (_, i) => 900_719_925_474_099_300n + 1_024n * BigInt(i)).join(',')}]`,
  'distinct keys': (size) => `{${Array.from({ length: size / 12 }, (_, i) => `"k${i}":1`).join(',')}}`,
  'escaped keys': (size) => `{${'"\\u0041":1,'.repeat(size / 11)}"a":1}`,
  'long integers': (size) => `[${`${'9'.repeat(4_000)},`.repeat(size / 4_001)}1]`,
  nesting: (size) => '['.repeat(size),
  'one string': (size) => JSON.stringify('a'.repeat(size)),
  'escapes in a string': (size) => `"${'\\u0041'.repeat(size / 6)}"`,
  spaces: (size) => `[${' '.repeat(size)}]`,
  'an unfinished object': (size) =>
    `{"table-changes":[${'{"requirements":[],"updates":[]},'.repeat(size / 32)}`,
}

/** Returns every hostile text in three forms: plain and small, plain and large, and compressed. */
export function hostileBodies(): HostileBody[] {
  return Object.entries(hostileTexts).flatMap(([name, text]) => {
    const large = Buffer.from(text(15 * MiB))
    return [
      { name: `${name}, 60 KiB`, bytes: Buffer.from(text(60 * 1024)), headers: {} },
      { name: `${name}, 15 MiB`, bytes: large, headers: {} },
      {
        name: `${name}, compressed`,
        bytes: gzipSync(large),
        headers: { 'content-encoding': 'gzip' },
      },
    ]
  })
}

function commit(name: string, updates: readonly unknown[]): HostileBody {
  return { name, bytes: Buffer.from(JSON.stringify({ requirements: [], updates })), headers: {} }
}

/** Returns the body of a small commit, as clients usually send it. */
export function smallCommit(): HostileBody {
  return commit('a small property', [{ action: 'set-properties', updates: { key: 'value' } }])
}

/** Returns bodies of table commits that have the maximum size that the server accepts. */
export function largeCommits(): HostileBody[] {
  const fields = Array.from({ length: 5_000 }, (_, id) => ({
    id: id + 1,
    name: `column_${id}`,
    type: 'string',
    required: false,
    doc: 'A column of a wide table.',
  }))
  const properties = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`p.${i}`, `value ${i}`]))
  const empty = { action: 'remove-properties', removals: [...Object.keys(properties), 'long'] }
  return [
    commit('a property of 15 MB', [{ action: 'set-properties', updates: { long: 'x'.repeat(15_000_000) } }]),
    commit('20,000 properties', [{ action: 'set-properties', updates: properties }]),
    commit('a schema of 5,000 columns', [
      { action: 'add-schema', schema: { type: 'struct', fields }, 'last-column-id': 5_000 },
    ]),
    commit('the removal of all of them', [empty]),
  ]
}
