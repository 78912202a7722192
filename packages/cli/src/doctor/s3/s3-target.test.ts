import { expect, test } from 'vitest'
import { parseS3Location, toUrl, type S3Target } from './s3-target.ts'

const target = (more: Partial<S3Target>): S3Target => ({
  endpoint: undefined,
  region: 'eu-west-1',
  pathStyle: false,
  keys: undefined,
  endpointSetting: '',
  regionSetting: '',
  ...more,
})
const object = parseS3Location('s3://lake/a b/c(1).parquet')

test.each([
  [{}, 'https://lake.s3.eu-west-1.amazonaws.com/a%20b/c%281%29.parquet'],
  [{ pathStyle: true }, 'https://s3.eu-west-1.amazonaws.com/lake/a%20b/c%281%29.parquet'],
  [{ endpoint: 'http://127.0.0.1:9000' }, 'http://127.0.0.1:9000/lake/a%20b/c%281%29.parquet'],
  [{ endpoint: 'https://store.example.com/' }, 'https://lake.store.example.com/a%20b/c%281%29.parquet'],
  [
    { endpoint: 'https://store.example.com/s3', pathStyle: true },
    'https://store.example.com/s3/lake/a%20b/c%281%29.parquet',
  ],
])('toUrl returns the URL of an object for the endpoint and path style %o', (more, url) => {
  expect(toUrl(target(more), object)).toBe(url)
})
