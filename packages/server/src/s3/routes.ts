import type { IncomingHttpHeaders } from 'node:http'
import type { S3Address } from './address.ts'
import type { S3Operation } from './operation.ts'
import { abortMultipartUpload } from './operations/abort-multipart-upload.ts'
import { completeMultipartUpload } from './operations/complete-multipart-upload.ts'
import { copyObject } from './operations/copy-object.ts'
import { createMultipartUpload } from './operations/create-multipart-upload.ts'
import { deleteObject } from './operations/delete-object.ts'
import { deleteObjects } from './operations/delete-objects.ts'
import { getBucketLocation } from './operations/get-bucket-location.ts'
import { getObject } from './operations/get-object.ts'
import { headBucket } from './operations/head-bucket.ts'
import { headObject } from './operations/head-object.ts'
import { listObjectsV2 } from './operations/list-objects-v2.ts'
import { listObjects } from './operations/list-objects.ts'
import { listParts } from './operations/list-parts.ts'
import { putObject } from './operations/put-object.ts'
import { uploadPartCopy } from './operations/upload-part-copy.ts'
import { uploadPart } from './operations/upload-part.ts'
import { overrideParameters } from './response-overrides.ts'
import { S3Error } from './s3-error.ts'

interface Route {
  readonly method: string
  readonly place: 'bucket' | 'object'
  /**
   * Query parameters that the request must contain to select this operation, each with its required value, or null
   * for any value.
   */
  readonly required: Readonly<Record<string, string | null>>
  readonly optional: readonly string[]
  readonly copies?: true
  readonly operation: S3Operation
}

const part = { partNumber: null, uploadId: null }
const listing = ['prefix', 'delimiter', 'max-keys', 'encoding-type', 'fetch-owner']

/**
 * Routes of all operations. Of two routes for the same method, the one with more required parameters comes first,
 * because the first match is used.
 */
const routes: readonly Route[] = [
  {
    method: 'GET',
    place: 'object',
    required: { uploadId: null },
    optional: ['max-parts', 'part-number-marker'],
    operation: listParts,
  },
  {
    method: 'GET',
    place: 'object',
    required: {},
    optional: ['partNumber', 'versionId', ...overrideParameters],
    operation: getObject,
  },
  {
    method: 'HEAD',
    place: 'object',
    required: {},
    optional: ['partNumber', 'versionId', ...overrideParameters],
    operation: headObject,
  },
  { method: 'PUT', place: 'object', required: part, optional: [], copies: true, operation: uploadPartCopy },
  { method: 'PUT', place: 'object', required: part, optional: [], operation: uploadPart },
  { method: 'PUT', place: 'object', required: {}, optional: [], copies: true, operation: copyObject },
  { method: 'PUT', place: 'object', required: {}, optional: [], operation: putObject },
  {
    method: 'POST',
    place: 'object',
    required: { uploads: '' },
    optional: [],
    operation: createMultipartUpload,
  },
  {
    method: 'POST',
    place: 'object',
    required: { uploadId: null },
    optional: [],
    operation: completeMultipartUpload,
  },
  {
    method: 'DELETE',
    place: 'object',
    required: { uploadId: null },
    optional: [],
    operation: abortMultipartUpload,
  },
  { method: 'DELETE', place: 'object', required: {}, optional: ['versionId'], operation: deleteObject },
  { method: 'GET', place: 'bucket', required: { location: '' }, optional: [], operation: getBucketLocation },
  {
    method: 'GET',
    place: 'bucket',
    required: { 'list-type': '2' },
    optional: [...listing, 'start-after', 'continuation-token'],
    operation: listObjectsV2,
  },
  { method: 'GET', place: 'bucket', required: {}, optional: [...listing, 'marker'], operation: listObjects },
  { method: 'HEAD', place: 'bucket', required: {}, optional: [], operation: headBucket },
  { method: 'POST', place: 'bucket', required: { delete: '' }, optional: [], operation: deleteObjects },
]

/**
 * Query parameters that every request may contain: the signature of a presigned URL, information about the SDK, and
 * checksums.
 */
const everywhere =
  /^(?:x-id|X-Amz-(?:Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token|Content-Sha256)|x-amz-(?:user-agent|sdk-checksum-algorithm|checksum-(?:mode|type|crc32|crc32c|crc64nvme|sha1|sha256)))$/i

/**
 * Returns the operation for a request. Refuses a request with a parameter that the operation does not support,
 * because `PUT /b/k?acl`, for example, must not create an object.
 *
 * @throws S3Error `NotImplemented`, `MethodNotAllowed`
 */
export function findOperation(
  method: string,
  address: S3Address,
  parameters: ReadonlyMap<string, string>,
  headers: IncomingHttpHeaders,
): S3Operation {
  const place = address.bucket === '' ? 'service' : address.key === '' ? 'bucket' : 'object'
  const copies = headers['x-amz-copy-source'] !== undefined
  const names = [...parameters.keys()].filter((name) => !everywhere.test(name))
  const ofMethod = routes.filter((route) => route.place === place && route.method === method)
  const route = ofMethod.find(
    ({ required, optional, copies: needed }) =>
      (needed === true) === copies &&
      Object.entries(required).every(([name, value]) => has(parameters, name, value)) &&
      names.every((name) => Object.hasOwn(required, name) || optional.includes(name)),
  )
  if (route !== undefined) return route.operation
  const served = place === 'service' || ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'].includes(method)
  throw new S3Error(served ? 'NotImplemented' : 'MethodNotAllowed', {
    reason: `${method} of a ${place} with the parameters ${names.join(', ').slice(0, 200)}`,
  })
}

function has(parameters: ReadonlyMap<string, string>, name: string, value: string | null): boolean {
  const actual = parameters.get(name)
  return actual !== undefined && (value === null || actual === value)
}
