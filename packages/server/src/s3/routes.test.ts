import { expect, test } from 'vitest'
import { parseParameters } from './query.ts'
import { findOperation } from './routes.ts'
import { S3Error } from './s3-error.ts'

function named(request: string, headers: Record<string, string> = {}): string {
  const [method = '', target = ''] = request.split(' ')
  const [path = '', query = ''] = target.split('?')
  const [bucket = '', ...rest] = path.slice(1).split('/')
  try {
    return findOperation(method, { bucket, key: rest.join('/') }, parseParameters(query), headers).id
  } catch (error) {
    if (error instanceof S3Error) return error.code
    throw error
  }
}

test.each([
  ['GET /b/k', 'GetObject'],
  ['GET /b/k?x-id=GetObject', 'GetObject'],
  ['GET /b/k?response-content-type=a%2Fb', 'GetObject'],
  ['GET /b/k?X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Signature=c&X-Amz-Security-Token=d', 'GetObject'],
  ['HEAD /b/k', 'HeadObject'],
  ['PUT /b/k', 'PutObject'],
  ['PUT /b/k?partNumber=1&uploadId=u', 'UploadPart'],
  ['POST /b/k?uploads', 'CreateMultipartUpload'],
  ['POST /b/k?uploads=', 'CreateMultipartUpload'],
  ['POST /b/k?uploadId=u', 'CompleteMultipartUpload'],
  ['DELETE /b/k?uploadId=u', 'AbortMultipartUpload'],
  ['GET /b/k?uploadId=u&max-parts=5', 'ListParts'],
  ['DELETE /b/k', 'DeleteObject'],
  ['POST /b?delete', 'DeleteObjects'],
  ['GET /b?list-type=2&prefix=a', 'ListObjectsV2'],
  ['GET /b?prefix=a&marker=b', 'ListObjects'],
  ['GET /b', 'ListObjects'],
  ['GET /b?location', 'GetBucketLocation'],
  ['HEAD /b', 'HeadBucket'],
])('findOperation for the request "%s" returns %s', (request, id) => {
  expect(named(request)).toBe(id)
})

test('findOperation returns the copy operation for a PUT request with the header x-amz-copy-source', () => {
  const headers = { 'x-amz-copy-source': 'b/k' }
  expect(named('PUT /b/k', headers)).toBe('CopyObject')
  expect(named('PUT /b/k?partNumber=1&uploadId=u', headers)).toBe('UploadPartCopy')
  expect(named('GET /b/k', headers)).toBe('NotImplemented')
  expect(named('POST /b/k?uploads', headers)).toBe('NotImplemented')
})

test.each([
  'GET /',
  'PUT /b',
  'DELETE /b',
  'POST /b',
  'GET /b?uploads',
  'GET /b?versions',
  'GET /b?versioning',
  'GET /b?policy',
  'PUT /b?policy',
  'GET /b?list-type=3',
  'GET /b?location=x',
  'GET /b?list-type=2&marker=a',
  'PUT /b/k?acl',
  'GET /b/k?acl',
  'PUT /b/k?tagging',
  'GET /b/k?torrent',
  'GET /b/k?attributes',
  'POST /b/k?select&select-type=2',
  'POST /b/k?restore',
  'PUT /b/k?partNumber=1',
  'PUT /b/k?uploadId=u',
  'PUT /b/k?x-amz-acl=public-read',
  'PUT /b/k?partNumber=1&uploadId=u&acl',
  'DELETE /b/k?tagging',
  'GET /?list-type=2',
])('findOperation refuses %s', (request) => {
  expect(named(request)).toBe('NotImplemented')
})

test.each(['OPTIONS /b/k', 'PATCH /b/k', 'TRACE /b', 'PROPFIND /b'])(
  'findOperation refuses the HTTP method %s',
  (request) => {
    expect(named(request)).toBe('MethodNotAllowed')
  },
)

test('parseParameters refuses a query parameter that occurs twice', () => {
  expect(() => parseParameters('prefix=a&prefix=b')).toThrow(S3Error)
  expect(() => parseParameters('prefix=%ff')).toThrow(S3Error)
  expect(parseParameters('a=%2B+&&b').get('a')).toBe('+ ')
})
