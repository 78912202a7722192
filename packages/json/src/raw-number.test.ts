import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { isRawNumber, parse, rawNumber, stringify } from './index.ts'

const values = `[
  { id: 9223372036854775807n, list: [1n, -9007199254740993n, [], {}], text: '9007199254740993', none: undefined },
  { 'write-default': rawNumber('1.0'), nested: { a: null, b: true, c: 0.5, d: '\\ud800"' } },
  [null, 'x', -0],
  { rawJSON: '1', digits: '2' },
]`
const expected = [
  '{"id":9223372036854775807,"list":[1,-9007199254740993,[],{}],"text":"9007199254740993"}',
  '{"write-default":1.0,"nested":{"a":null,"b":true,"c":0.5,"d":"\\ud800\\""}}',
  '[null,"x",0]',
  '{"rawJSON":"1","digits":"2"}',
]

test.each(['', 'delete JSON.rawJSON'])(
  'stringify writes exact integers and raw numbers after "%s"',
  async (before) => {
    const script = `
    ${before}
    const { parse, rawNumber, stringify } = await import(${JSON.stringify(new URL('index.ts', import.meta.url).href)})
    const refused = (() => { try { stringify({ a: new Date(), b: 1n }) } catch (error) { return error.name } })()
    const kept = stringify(parse('{"a":1.0,"b":[-0,1e5,0.5]}', { keepNumberText: true }))
    console.log(JSON.stringify([...${values}.map(stringify), refused, kept]))`
    const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    expect(JSON.parse(stdout)).toEqual([...expected, 'JsonError', '{"a":1.0,"b":[-0,1e5,0.5]}'])
  },
)

test('stringify writes the text of a raw number unchanged', () => {
  expect(stringify([rawNumber('1.0'), rawNumber('-0')])).toBe('[1.0,-0]')
})

const CHANGED_BY_NUMBER = [
  '1.0',
  '0.10',
  '-0',
  '-0.0',
  '1e5',
  '1E+2',
  '123456789.12345678901234',
  '9007199254740993.0',
  '1e400',
]
const KEPT_BY_NUMBER = ['0', '-1', '0.5', '-1.25', '1e+21', '5e-324', '9007199254740993', '100']

test.each(CHANGED_BY_NUMBER)('with keepNumberText, %s becomes a raw number and keeps its text', (text) => {
  const value = parse(`{"a":[${text}],"b":1}`, { keepNumberText: true })
  expect(stringify(value)).toBe(`{"a":[${text}],"b":1}`)
  const [number] = (value as { readonly a: readonly [ReturnType<typeof parse>] }).a
  expect(isRawNumber(number) && number.rawJSON).toBe(text)
})

test.each(KEPT_BY_NUMBER)('with keepNumberText, %s does not become a raw number', (text) => {
  const value = parse(text, { keepNumberText: true })
  expect(value).toBe(parse(text))
  expect(isRawNumber(value)).toBe(false)
})

test('without keepNumberText, numbers are the same values as with JSON.parse', () => {
  for (const text of CHANGED_BY_NUMBER) expect(parse(text)).toBe(JSON.parse(text))
})

test('an object with the member rawJSON is not a raw number', () => {
  expect(isRawNumber(parse('{"rawJSON":"1.0"}', { keepNumberText: true }))).toBe(false)
})
