import { HeadgateError } from '@headgate/errors'
import type { Clock } from '../clock.ts'
import type { Held } from './refreshing.ts'

/** What the AWS SDK for JavaScript signs with (`AwsCredentialIdentity`). */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  /** Absent for keys that never end. */
  readonly expiration?: Date
}

/** The SDK asks again when less than this is left of credentials, in ms. */
const SDK_AHEAD_MS = 300_000

/** @throws {HeadgateError} unsupported, when the keys are not for S3 */
export function awsCredentials({ credential, life }: Held, clock: Clock): AwsCredentials {
  const { config } = credential
  const accessKeyId = config['s3.access-key-id']
  const secretAccessKey = config['s3.secret-access-key']
  const sessionToken = config['s3.session-token']
  if (!accessKeyId || !secretAccessKey)
    throw new HeadgateError('unsupported', 'These storage credentials are not for S3: use their properties')
  // Without an expiration the SDK would keep temporary keys forever.
  const expiration =
    life.expiresAt ?? (life.refreshAt === null ? null : Math.max(life.refreshAt, clock.now()) + SDK_AHEAD_MS)
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken ? { sessionToken } : {}),
    ...(expiration === null ? {} : { expiration: new Date(expiration) }),
  }
}
