import { describe, expect, it } from 'vitest'
import { checkHeaders } from './check-headers.ts'

describe('checkHeaders', () => {
  it('accepts the header with the project of BigLake in any case', () => {
    expect(() => checkHeaders({ 'X-Goog-User-Project': 'lake-1' })).not.toThrow()
  })

  it.each([
    'authorization',
    'Host',
    'x-amz-security-token',
    'content-length',
    'x-forwarded-for',
    '__proto__',
  ])('refuses the header %s', (name) => {
    expect(() => checkHeaders(Object.fromEntries([[name, 'x']]))).toThrow(`${name} is not allowed`)
  })

  it.each(['', 'a b', 'a\r\nhost: x', 'ä'])('refuses the value %j', (value) => {
    expect(() => checkHeaders({ 'polaris-realm': value })).toThrow('printable ASCII')
  })
})
