import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { rawNumber, stringify } from './index.ts'

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

test.each(['', 'delete JSON.rawJSON'])('integers are exact, and text is text, after "%s"', async (before) => {
  const script = `
    ${before}
    const { rawNumber, stringify } = await import(${JSON.stringify(new URL('index.ts', import.meta.url).href)})
    const refused = (() => { try { stringify({ a: new Date(), b: 1n }) } catch (error) { return error.name } })()
    console.log(JSON.stringify([...${values}.map(stringify), refused]))`
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(JSON.parse(stdout)).toEqual([...expected, 'JsonError'])
})

test('a raw number stands as it is', () => {
  expect(stringify([rawNumber('1.0'), rawNumber('-0')])).toBe('[1.0,-0]')
})
