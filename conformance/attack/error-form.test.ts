import { expect, test } from 'vitest'
import { wrongForm } from './error-form.ts'

const iceberg = '{"error":{"message":"too large","type":"PayloadTooLargeException","code":413}}'

test.each([
  ['iceberg', 413, iceberg],
  ['oauth', 413, '{"error":"invalid_request"}'],
  ['s3', 400, '<?xml version="1.0"?><Error><Code>EntityTooLarge</Code></Error>'],
  ['iceberg', 200, 'a success'],
] as const)(
  'wrongForm accepts an error response of %s with status %i and a body in the form of this protocol',
  (protocol, status, text) => {
    expect(wrongForm(protocol, { status, text })).toBeUndefined()
  },
)

test.each([
  ['iceberg', 404, iceberg],
  ['iceberg', 413, '{"error":"invalid_request"}'],
  ['iceberg', 413, 'Payload Too Large'],
  ['oauth', 400, iceberg],
  ['s3', 403, ''],
] as const)(
  'wrongForm reports an error response of %s with status %i whose body is not in the form of this protocol',
  (protocol, status, text) => {
    expect(wrongForm(protocol, { status, text })).toContain(`${status} without an error`)
  },
)
