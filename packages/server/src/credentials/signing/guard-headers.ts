import type { Header } from '@headgate/sigv4'
import { isAws } from '@headgate/storage'
import type { S3Place } from './s3-request.ts'

/**
 * Returns additional headers for the signature of a write. They prevent a client from turning the signed write into
 * another operation by adding headers. AWS refuses `x-amz-` headers that were not signed. Other stores accept such
 * headers (observed with MinIO). On these stores, a client could add a copy source to a signed PutObject and read any
 * object of the bucket, or add the header that unpacks an archive and write any object.
 *
 * The first header contains an entity tag that no object has. The second header has only one possible value.
 */
export function guardHeaders(method: string, place: Pick<S3Place, 'endpoint' | 'region'>): readonly Header[] {
  if (method !== 'PUT' || isAws(place)) return []
  return [
    ['x-amz-copy-source-if-match', 'none'],
    ['x-amz-meta-snowball-auto-extract', 'false'],
  ]
}
