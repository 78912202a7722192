import { describe, expect, it } from 'vitest'
import { memberRanges, type WantedMembers } from './member-ranges.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Returns the texts of the wanted members, or null when the document is not a complete object. */
function findTexts(text: string, wanted: WantedMembers): Record<string, string> | null {
  const bytes = encoder.encode(text)
  const ranges = memberRanges(bytes, wanted)
  if (ranges === null) return null
  return Object.fromEntries(
    [...ranges].map(([name, { start, end }]) => [name, decoder.decode(bytes.subarray(start, end))]),
  )
}

const all = { a: null, b: null, d: null, 'a"b': null, ä: null }

describe('memberRanges', () => {
  it.each([
    ['{}', {}],
    [' {\n} ', {}],
    ['{"a":1}', { a: '1' }],
    ['{"c":[1],"a":1}', { a: '1' }],
    ['{ "a" : -1.5e3 , "b" : true }', { a: '-1.5e3', b: 'true' }],
    ['{"a":{"b":["}",{"c":"]\\""}]},"d":null}', { a: '{"b":["}",{"c":"]\\""}]}', d: 'null' }],
    [String.raw`{"a\"b":"x\\","ä":"ö"}`, { 'a"b': String.raw`"x\\"`, ä: '"ö"' }],
    ['{"a":1,"a":2}', { a: '2' }],
  ])('memberRanges returns the text of each requested member of %s', (text, expected) => {
    expect(findTexts(text, all)).toEqual(expected)
  })

  it.each([
    '',
    '[]',
    '"a"',
    '{',
    '{"a"',
    '{"a":',
    '{"a":{',
    '{"a":1',
    '{"a":1,',
    '{a:1}',
    '{"a" 1 "b"}',
    '{"\\u00zz":1}',
    '{"a":{"b"}}',
  ])('memberRanges returns null for %j, which is not a complete object', (text) => {
    expect(findTexts(text, { a: { b: null } })).toBeNull()
  })

  it('memberRanges finds members inside requested members, even if their names also occur elsewhere', () => {
    const text = '{"x":{"uuid":1},"metadata":{"y":{"uuid":2},"uuid":3,"p":{"q":"r"}},"uuid":4}'
    const bytes = encoder.encode(text)
    const metadata = memberRanges(bytes, { metadata: { uuid: null, p: { q: null } } })?.get('metadata')
    const textAt = (range: { readonly start: number; readonly end: number } | undefined): string =>
      decoder.decode(bytes.subarray(range?.start, range?.end))
    expect(textAt(metadata?.members?.get('uuid'))).toBe('3')
    expect(textAt(metadata?.members?.get('p')?.members?.get('q'))).toBe('"r"')
  })

  it('memberRanges does not find names that only the prototype of objects has', () => {
    expect(findTexts('{"constructor":1,"__proto__":2}', {})).toEqual({})
  })

  it('memberRanges finds the same members as JSON.parse in every document that JSON.stringify writes', () => {
    const documents = [
      { location: 's3://a', metadata: { id: 1, list: [1, { x: 'y"}' }], text: '\\"' }, config: {} },
      { '': '', '{': '}', '"': ['"', '\\'], deep: [[[[{}]]]] },
    ]
    for (const document of documents)
      for (const indent of [0, 2]) {
        const wanted = Object.fromEntries(Object.keys(document).map((name) => [name, null]))
        const texts = findTexts(JSON.stringify(document, null, indent), wanted) ?? {}
        const parsed = Object.fromEntries(
          Object.entries(texts).map(([key, value]) => [key, JSON.parse(value)]),
        )
        expect(parsed).toEqual(document)
      }
  })
})
