import { expect, it } from 'vitest'
import { strictly } from './spellings.ts'

it.each([
  ['http://h/a%2Fb?x=%20', 's3', 'http://h/a%2Fb?x=%20', []],
  ['http://h/a(b', 's3', 'http://h/a%28b', ['escapes']],
  ['http://h/a(b', 'glue', 'http://h/a(b', []],
  ['http://h/a/..', 'glue', 'http://h/a/../', ['dot-end']],
  ['http://h/?a+b=c&&d', 'glue', 'http://h/?a%20b=c&d=', ['pieces', 'plus']],
  ['http://h/?x=%2f', 'glue', 'http://h/?x=%2F', ['escapes']],
])('the strict spelling of %s for %s is %s', (url, service, strict, reasons) => {
  expect(strictly(url, service)).toEqual({ url: strict, reasons })
})
