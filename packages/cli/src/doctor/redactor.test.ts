import { expect, test } from 'vitest'
import { Redactor } from './redactor.ts'

test('the redactor replaces a secret in every encoding in which a server can quote it', () => {
  const redactor = new Redactor()
  const secret = 'p&ss w"rd/+='
  redactor.add(secret, `client:${secret}`)
  const forms = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret),
    new URLSearchParams({ a: secret }).toString(),
    Buffer.from(secret).toString('base64'),
    `Basic ${Buffer.from(`client:${secret}`).toString('base64')}`,
  ]
  for (const form of forms) {
    const text = redactor.redact(`before ${form} after`)
    expect(text).toMatch(/^before .*\[redacted\].* after$/)
    expect(text).not.toContain('rd')
  }
})

test('the redactor replaces tokens, signatures and passwords even if their values are unknown', () => {
  const redactor = new Redactor()
  expect(redactor.redact('token eyJhbGciOiJ.eyJzdWIiOiJ.c2lnbmF0dXJl.')).toBe('token [redacted].')
  expect(redactor.redact('GET /x?storageRefreshToken=abc.def&a=1')).toBe(
    'GET /x?storageRefreshToken=[redacted]&a=1',
  )
  expect(redactor.redact('Authorization: Bearer abcdefgh1234')).toBe('Authorization: Bearer [redacted]')
  expect(redactor.redact('http://user:pass@host/')).toBe('http://user:[redacted]@host/')
})

test('the redactor does not replace host names and short values', () => {
  const redactor = new Redactor()
  redactor.add('abc', undefined)
  expect(redactor.redact('catalog-prod.internal-net.example abc')).toBe(
    'catalog-prod.internal-net.example abc',
  )
})
