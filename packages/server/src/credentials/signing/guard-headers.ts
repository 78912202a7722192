import type { Header } from '@headgate/sigv4'
import { isAws } from '@headgate/storage'
import type { S3Place } from './s3-request.ts'

/**
 * Returns headers that are signed with a write, so that headers which are added later cannot turn it into another
 * operation. AWS refuses `x-amz-` headers that were not signed. Other stores accept them (observed with MinIO): a signed
 * PutObject with an added copy source reads any object of the bucket, and one with an added instruction to unpack an archive
 * writes any object.
 *
 * No object has this entity tag, and the other header has only one possible value.
 */
export function guardHeaders(method: string, place: Pick<S3Place, 'endpoint' | 'region'>): readonly Header[] {
  if (method !== 'PUT' || isAws(place)) return []
  return [
    ['x-amz-copy-source-if-match', 'none'],
    ['x-amz-meta-snowball-auto-extract', 'false'],
  ]
}
