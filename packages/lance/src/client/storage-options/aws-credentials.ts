import { HeadgateError } from '@headgate/errors'
import type { StringMap } from '../../model/decode.ts'
import { parseExpiry } from './expiry.ts'

/** Credentials in the form of the AWS SDK for JavaScript (`AwsCredentialIdentity`). */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  /** Time of expiry. Absent if the keys do not expire. */
  readonly expiration?: Date
}

// Names of options that the library object_store accepts, with which Lance reads storage.
const ACCESS_KEY_ID = ['aws_access_key_id', 'access_key_id']
const SECRET_ACCESS_KEY = ['aws_secret_access_key', 'secret_access_key']
const SESSION_TOKEN = ['aws_session_token', 'aws_token', 'aws_security_token', 'session_token', 'token']

/**
 * Converts storage options to AWS credentials.
 *
 * @throws {HeadgateError} unsupported, when the options contain no S3 access keys
 */
export function awsCredentials(options: StringMap): AwsCredentials {
  const accessKeyId = findOption(options, ACCESS_KEY_ID)
  const secretAccessKey = findOption(options, SECRET_ACCESS_KEY)
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new HeadgateError(
      'unsupported',
      'The storage options contain no S3 access keys. Use get() to read the options of other storage.',
    )
  const sessionToken = findOption(options, SESSION_TOKEN)
  const expiry = parseExpiry(options)
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...(expiry === undefined ? {} : { expiration: new Date(expiry) }),
  }
}

/** Finds the first option with one of these names that is not empty. Names are not case-sensitive. */
function findOption(options: StringMap, names: readonly string[]): string | undefined {
  const entries = Object.entries(options).filter(([, value]) => value !== '')
  return names
    .map((name) => entries.find(([key]) => key.toLowerCase() === name)?.[1])
    .find((value) => value !== undefined)
}
