import { HeadgateError } from '@headgate/errors'
import type { Clock } from '../clock.ts'
import type { TimedCredential } from './refreshable-credential.ts'

/** Access keys in the form of the AWS SDK for JavaScript (`AwsCredentialIdentity`). */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  /** Time after which the access keys are invalid. Absent for keys that do not expire. */
  readonly expiration?: Date
}

/** Remaining lifetime of access keys below which the AWS SDK requests new ones, in ms. */
const SDK_RENEWAL_MS = 300_000

/**
 * Converts a credential to the form of the AWS SDK.
 *
 * @throws {HeadgateError} unsupported, when the credential contains no S3 keys
 */
export function toAwsCredentials({ credential, times }: TimedCredential, clock: Clock): AwsCredentials {
  const { config } = credential
  const accessKeyId = config['s3.access-key-id']
  const secretAccessKey = config['s3.secret-access-key']
  const sessionToken = config['s3.session-token']
  if (!accessKeyId || !secretAccessKey)
    throw new HeadgateError(
      'unsupported',
      'The storage credentials of the table contain no S3 keys: use properties() or headers()',
    )
  // Temporary keys need an expiration, because the SDK would otherwise use them without a time limit.
  const expiration =
    times.expiresAt ??
    (times.refreshAt === null ? null : Math.max(times.refreshAt, clock.now()) + SDK_RENEWAL_MS)
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken ? { sessionToken } : {}),
    ...(expiration === null ? {} : { expiration: new Date(expiration) }),
  }
}
