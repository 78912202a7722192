import { describe, expect, it } from 'vitest'
import { checkHeaders } from './check-headers.ts'

describe('checkHeaders', () => {
  it('checkHeaders accepts the header with the project of BigLake in upper or lower case', () => {
    expect(() => checkHeaders({ 'X-Goog-User-Project': 'lake-1' })).not.toThrow()
  })

  it.each([
    'authorization',
    'Host',
    'x-amz-security-token',
    'content-length',
    'x-forwarded-for',
    '__proto__',
  ])('checkHeaders refuses the upstream header %s', (name) => {
    expect(() => checkHeaders(Object.fromEntries([[name, 'x']]))).toThrow(`${name} is not allowed`)
  })

  it.each(['', 'a b', 'a\r\nhost: x', 'ä'])('checkHeaders refuses the upstream header value %j', (value) => {
    expect(() => checkHeaders({ 'polaris-realm': value })).toThrow('printable ASCII')
  })
})
