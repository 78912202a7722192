import { expect, test } from 'vitest'
import { s3ClientConfig } from './s3-client-config.ts'

const keys = { 's3.access-key-id': 'AKID', 's3.secret-access-key': 'secret' }
const credentials = () => Promise.resolve({ accessKeyId: 'AKID', secretAccessKey: 'secret' })

test('s3ClientConfig returns region, endpoint and path style of the table', () => {
  const properties = {
    ...keys,
    'client.region': 'eu-central-1',
    's3.endpoint': 'http://127.0.0.1:9000',
    's3.path-style-access': 'true',
  }
  expect(s3ClientConfig(properties, 's3://bucket/t', credentials)).toEqual({
    region: 'eu-central-1',
    endpoint: 'http://127.0.0.1:9000',
    forcePathStyle: true,
    credentials,
  })
  expect(s3ClientConfig(keys, 's3a://bucket/t', credentials)).toEqual({ region: 'us-east-1', credentials })
})

test('s3ClientConfig refuses storage that is not S3', () => {
  expect(() => s3ClientConfig(keys, 'gs://bucket/t', credentials)).toThrow('not S3')
  expect(() => s3ClientConfig({}, 's3://bucket/t', credentials)).toThrow('not S3')
})
