import { HeadgateError } from '@headgate/errors'
import type { StringMap } from '../../fields.ts'
import type { AwsCredentials } from './aws-credentials.ts'
import { hasKeys, toStorageKind } from './keys.ts'

/** The part of `S3ClientConfig` of `@aws-sdk/client-s3` that a table determines. */
export interface S3ClientConfig {
  readonly region: string
  readonly endpoint?: string
  readonly forcePathStyle?: boolean
  readonly credentials: () => Promise<AwsCredentials>
}

/** Region for stores that ignore regions, because the SDK requires a region. */
const ANY_REGION = 'us-east-1'

/**
 * Converts the properties of a table to the configuration of an `S3Client`.
 *
 * @throws {HeadgateError} unsupported, when the storage is not S3
 */
export function s3ClientConfig(
  properties: StringMap,
  location: string,
  credentials: () => Promise<AwsCredentials>,
): S3ClientConfig {
  if (toStorageKind(location) !== 's3' || !hasKeys('s3', properties))
    throw new HeadgateError('unsupported', `The storage of ${location} is not S3: use properties() instead`)
  const endpoint = properties['s3.endpoint']
  const pathStyle = properties['s3.path-style-access']
  return {
    region: properties['client.region'] ?? properties['s3.region'] ?? ANY_REGION,
    ...(endpoint !== undefined && endpoint !== '' && { endpoint }),
    ...(pathStyle !== undefined && { forcePathStyle: pathStyle.toLowerCase() === 'true' }),
    credentials,
  }
}
