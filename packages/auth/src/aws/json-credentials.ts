import { AuthError } from '../auth-error.ts'
import type { Provenance } from '../provenance.ts'
import { awsCredentials, type AwsCredentials } from './aws-credentials.ts'

/**
 * Credentials as containers, instances and credential processes give them: `AccessKeyId`, `SecretAccessKey`, `Token` or
 * `SessionToken`, `Expiration`.
 *
 * @throws AuthError `malformed`; nothing of the text stands in its message.
 */
export function jsonCredentials(text: string, from: string, provenance: Provenance): AwsCredentials {
  const {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: token,
    SessionToken: sessionToken = token,
    Expiration: expiration,
  } = membersOf(text, from)
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') {
    throw new AuthError('malformed', `${from} gave no AccessKeyId and SecretAccessKey`)
  }
  const expiresAt = typeof expiration === 'string' ? Date.parse(expiration) : undefined
  if (Number.isNaN(expiresAt)) throw new AuthError('malformed', `${from} gave an Expiration that is no date`)
  return awsCredentials(
    {
      accessKeyId,
      secretAccessKey,
      sessionToken: typeof sessionToken === 'string' ? sessionToken : undefined,
      expiresAt,
    },
    provenance,
  )
}

function membersOf(text: string, from: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>
  } catch {
    // Told below, without the text: there may be keys in it.
  }
  throw new AuthError('malformed', `${from} gave no JSON object`)
}
