import type { Header } from '@headgate/sigv4'
import { isAws } from '../../storage/aws-domain.ts'
import type { S3Place } from './s3-request.ts'

/**
 * Headers that are signed with a write, so that it stays one whatever is added to it on its way. AWS refuses `x-amz-`
 * headers that were not signed. Other stores take them (seen at MinIO): a signed PutObject with a source of a copy beside
 * it reads any object of the bucket, and one that is to be unpacked writes any.
 *
 * No object has the entity tag, and the other header has but one value.
 */
export function guardHeaders(method: string, place: Pick<S3Place, 'endpoint' | 'region'>): readonly Header[] {
  if (method !== 'PUT' || isAws(place)) return []
  return [
    ['x-amz-copy-source-if-match', 'none'],
    ['x-amz-meta-snowball-auto-extract', 'false'],
  ]
}
