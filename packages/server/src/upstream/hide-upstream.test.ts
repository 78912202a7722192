import { expect, test } from 'vitest'
import { hideUpstream } from './hide-upstream.ts'

test.each([
  ['no table at https://cat.example.com/v1/x?a=b', [], 'no table at the upstream'],
  ['HTTP://CAT.EXAMPLE.COM failed', [], 'the upstream failed'],
  [
    'cat.example.com:8181 and Cat.Example.Com',
    ['cat.example.com:8181', 'cat.example.com'],
    'the upstream and the upstream',
  ],
  ['catalogs/123456789012 is missing', ['catalogs/123456789012'], 'the upstream is missing'],
  ['table main.t is missing', ['main'], 'table main.t is missing'],
  ['invalid Bearer abcdefgh12345', [], 'invalid [redacted]'],
  ['invalid eyJhbGciOiJub25lIn0.e30.', [], 'invalid [redacted]'],
  ['the key ASIAIOSFODNN7EXAMPLE is unknown', [], 'the key [redacted] is unknown'],
  ['s3://lake/t is not empty (a.b) $1', ['(a.b)', 's3cret$1'], 's3://lake/t is not empty (a.b) $1'],
  ['wrong s3cret$1', ['s3cret$1'], 'wrong the upstream'],
])('hideUpstream changes the message %j with the hidden texts %j to %j', (message, hidden, expected) => {
  expect(hideUpstream(message, hidden)).toBe(expected)
})
