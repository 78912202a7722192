import { AuthError } from '../auth-error.ts'
import type { Provenance } from '../provenance.ts'
import { toAwsCredentials, type AwsCredentials } from './aws-credentials.ts'

/**
 * Parses credentials in the JSON of container endpoints, instance metadata and credential processes: `AccessKeyId`,
 * `SecretAccessKey`, `Token` or `SessionToken`, `Expiration`.
 *
 * @param from origin of the text, for messages
 * @throws AuthError `malformed`. The message does not contain the text
 */
export function parseJsonCredentials(text: string, from: string, provenance: Provenance): AwsCredentials {
  const {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: token,
    SessionToken: sessionToken = token,
    Expiration: expiration,
  } = parseObject(text, from)
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') {
    throw new AuthError('malformed', `${from} returned no AccessKeyId and SecretAccessKey`)
  }
  const expiresAt = typeof expiration === 'string' ? Date.parse(expiration) : undefined
  if (Number.isNaN(expiresAt)) {
    throw new AuthError('malformed', `${from} returned an Expiration that is not a date`)
  }
  return toAwsCredentials(
    {
      accessKeyId,
      secretAccessKey,
      sessionToken: typeof sessionToken === 'string' ? sessionToken : undefined,
      expiresAt,
    },
    provenance,
  )
}

function parseObject(text: string, from: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>
  } catch {
    // The error below does not contain the parsed text, because the text may contain secret keys.
  }
  throw new AuthError('malformed', `${from} returned no JSON object`)
}
