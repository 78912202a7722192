import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { placesIn, spliceValues } from './json-members.ts'
import { MemberSplicer } from './member-splicer.ts'

const members = new Set(['config', 'overrides'])

/** Sends a text through a splicer in chunks of these sizes. After the last size, starts again with the first size. */
async function spliced(
  text: string,
  sizes: readonly number[],
  rewrite = (_: string, value: string): string => value,
  limit = 1e6,
): Promise<string> {
  const bytes = Buffer.from(text)
  const pieces: Buffer[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    pieces.push(bytes.subarray(at, at + size))
    at += size
  }
  return (await buffer(Readable.from(pieces).pipe(new MemberSplicer({ members, rewrite, limit })))).toString()
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })
const key = fc.oneof(fc.constantFrom('config', 'overrides', 'c"onfig', '\\', 'über'), fc.string())
const document = fc.array(fc.tuple(key, fc.jsonValue()), { maxLength: 6 })
const written = (pairs: readonly (readonly [string, unknown])[], indent: string): string =>
  `${indent}{${pairs.map(([name, value]) => `${indent}${JSON.stringify(name)}${indent}:${JSON.stringify(value, null, indent)}`).join(`${indent},`)}${indent}}`

describe('a document in pieces', () => {
  it('the member splicer passes a JSON document without changes byte for byte, regardless of its division into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(document, sizes, fc.constantFrom('', ' ', '\n\t'), async (pairs, sizes, indent) => {
        const text = written(pairs, indent)
        expect(await spliced(text, sizes)).toBe(text)
      }),
    )
  })

  it('the member splicer replaces only the members of the outermost object that have the configured names', async () => {
    await fc.assert(
      fc.asyncProperty(document, sizes, async (pairs, sizes) => {
        const seen: [string, unknown][] = []
        const out = await spliced(written(pairs, ' '), sizes, (name, value) => {
          seen.push([name, JSON.parse(value)])
          return '"new"'
        })
        const wanted = pairs.map(([name, value]): [string, unknown] => [
          name,
          JSON.parse(JSON.stringify(value)),
        ])
        expect(seen).toEqual(wanted.filter(([name]) => members.has(name)))
        expect(out).toBe(
          written(
            pairs.map(([name, value]) => [name, members.has(name) ? 'new' : value]),
            ' ',
          ),
        )
      }),
    )
  })

  it('the member splicer replaces members whose keys contain escapes, and does not replace members of nested objects', async () => {
    const text = '{"a":{"config":1},"c\\u006fnfig":{"x":"}\\"]"},"b":[{"config":2}]}'
    expect(await spliced(text, [1], () => 'null')).toBe(
      '{"a":{"config":1},"c\\u006fnfig":null,"b":[{"config":2}]}',
    )
  })

  it('the member splicer passes arrays, numbers and texts that are not JSON unchanged', async () => {
    for (const text of ['[{"config":1}]', '12', 'no JSON: {"', '"config"', '']) {
      expect(await spliced(text, [2], () => 'x')).toBe(text)
    }
  })

  it('the member splicer refuses a truncated document, a value that is too large, and encodings other than UTF-8', async () => {
    await expect(spliced('{"config":{"a"', [3])).rejects.toThrow(/the response is truncated/)
    await expect(spliced(`{"config":"${'x'.repeat(100)}"}`, [7], undefined, 100)).rejects.toThrow(
      /larger than 100/,
    )
    await expect(spliced(`{"other":"${'x'.repeat(100)}"}`, [7], undefined, 100)).resolves.toHaveLength(112)
    await expect(spliced('{\u0000}', [9])).rejects.toThrow(/UTF-8/)
  })
})

describe('members of a text', () => {
  it('the function placesIn finds the members and elements of a text that JSON.parse returns', () => {
    fc.assert(
      fc.property(document, fc.constantFrom('', ' '), (pairs, indent) => {
        const text = written(pairs, indent).trim()
        const found = placesIn(text).map(({ key, valueStart, end }) => [
          key,
          JSON.parse(text.slice(valueStart, end)),
        ])
        expect(found).toEqual(pairs.map(([name, value]) => [name, JSON.parse(JSON.stringify(value))]))
      }),
    )
  })

  it('unchanged members keep their text, including 64-bit integers, when other members are changed or removed', () => {
    const text = '{ "a" : 9007199254740993 , "b":1.0, "c":[ 1 ] }'
    expect(spliceValues(text, (value, key) => (key === 'b' ? undefined : value))).toBe(
      '{"a" : 9007199254740993,"c":[ 1 ]}',
    )
    expect(spliceValues(text, (value) => value)).toBe(text)
    expect(spliceValues('[1,{"x":2},3]', (value) => (value === '3' ? undefined : value))).toBe('[1,{"x":2}]')
  })
})
