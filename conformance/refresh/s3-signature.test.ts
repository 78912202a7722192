import { expect, test } from 'vitest'
import { signInHeader, signInQuery } from './s3-signature.ts'

// Examples of the Amazon S3 API Reference, "Signature Calculations": GET Object and presigned URL.
const keys = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}
const scope = { region: 'us-east-1', at: new Date('2013-05-24T00:00:00Z') }

test('signInHeader computes the same signature as the GET Object example of Amazon', () => {
  const draft = {
    method: 'GET',
    target: '/test.txt',
    headers: [
      ['host', 'examplebucket.s3.amazonaws.com'],
      ['range', 'bytes=0-9'],
    ] as const,
  }
  expect(signInHeader(draft, keys, scope).signature).toBe(
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  )
})

test('signInQuery computes the same signature as the presigned URL example of Amazon', () => {
  const draft = {
    method: 'GET',
    target: '/test.txt',
    headers: [['host', 'examplebucket.s3.amazonaws.com']] as const,
  }
  expect(signInQuery(draft, keys, scope, 86_400)).toContain(
    'X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  )
})
