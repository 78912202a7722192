import { HeadgateError } from '@headgate/errors'
import type { StringMap } from '../../model/decode.ts'
import { expiryOf } from './expiry.ts'

/** What the AWS SDK for JavaScript signs with (`AwsCredentialIdentity`). */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  /** Absent for keys that never end. */
  readonly expiration?: Date
}

// Every spelling that object_store, which Lance reads storage with, takes.
const ACCESS_KEY_ID = ['aws_access_key_id', 'access_key_id']
const SECRET_ACCESS_KEY = ['aws_secret_access_key', 'secret_access_key']
const SESSION_TOKEN = ['aws_session_token', 'aws_token', 'aws_security_token', 'session_token', 'token']

/** @throws {HeadgateError} unsupported, when the options hold no keys for S3 */
export function awsCredentials(options: StringMap): AwsCredentials {
  const accessKeyId = first(options, ACCESS_KEY_ID)
  const secretAccessKey = first(options, SECRET_ACCESS_KEY)
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new HeadgateError('unsupported', 'These storage options hold no keys for S3: use get()')
  const sessionToken = first(options, SESSION_TOKEN)
  const expiry = expiryOf(options)
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...(expiry === undefined ? {} : { expiration: new Date(expiry) }),
  }
}

/** Keys are not case sensitive. */
function first(options: StringMap, names: readonly string[]): string | undefined {
  const entries = Object.entries(options).filter(([, value]) => value !== '')
  return names
    .map((name) => entries.find(([key]) => key.toLowerCase() === name)?.[1])
    .find((value) => value !== undefined)
}
