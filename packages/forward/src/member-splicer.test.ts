import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { placesIn, spliceValues } from './json-members.ts'
import { MemberSplicer } from './member-splicer.ts'

const members = new Set(['config', 'overrides'])

/** Sends a text through a splicer in pieces of these sizes, over and over. */
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
  it('passes an unchanged document byte for byte, for every division into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(document, sizes, fc.constantFrom('', ' ', '\n\t'), async (pairs, sizes, indent) => {
        const text = written(pairs, indent)
        expect(await spliced(text, sizes)).toBe(text)
      }),
    )
  })

  it('replaces all outer members of these names, and no others', async () => {
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

  it('keys may be written with escapes; the same keys deeper down are not meant', async () => {
    const text = '{"a":{"config":1},"c\\u006fnfig":{"x":"}\\"]"},"b":[{"config":2}]}'
    expect(await spliced(text, [1], () => 'null')).toBe(
      '{"a":{"config":1},"c\\u006fnfig":null,"b":[{"config":2}]}',
    )
  })

  it('passes lists, numbers and text that is not JSON', async () => {
    for (const text of ['[{"config":1}]', '12', 'no JSON: {"', '"config"', '']) {
      expect(await spliced(text, [2], () => 'x')).toBe(text)
    }
  })

  it('refuses what ends in the middle, what is too large, and other encodings', async () => {
    await expect(spliced('{"config":{"a"', [3])).rejects.toThrow(/ends in the middle/)
    await expect(spliced(`{"config":"${'x'.repeat(100)}"}`, [7], undefined, 100)).rejects.toThrow(
      /larger than 100/,
    )
    await expect(spliced(`{"other":"${'x'.repeat(100)}"}`, [7], undefined, 100)).resolves.toHaveLength(112)
    await expect(spliced('{\u0000}', [9])).rejects.toThrow(/UTF-8/)
  })
})

describe('members of a text', () => {
  it('finds the members that JSON.parse finds', () => {
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

  it('stay as written when others are changed or left out, 64-bit integers too', () => {
    const text = '{ "a" : 9007199254740993 , "b":1.0, "c":[ 1 ] }'
    expect(spliceValues(text, (value, key) => (key === 'b' ? undefined : value))).toBe(
      '{"a" : 9007199254740993,"c":[ 1 ]}',
    )
    expect(spliceValues(text, (value) => value)).toBe(text)
    expect(spliceValues('[1,{"x":2},3]', (value) => (value === '3' ? undefined : value))).toBe('[1,{"x":2}]')
  })
})
