import type { Fetch } from '@headgate/http'
import type { Source } from '../chain.ts'
import type { Provenance } from '../provenance.ts'
import { Secret } from '../secret.ts'

/**
 * AWS credentials for signing requests, with their expiry and provenance (their owner, and the way they were
 * obtained).
 */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
  readonly sessionToken?: Secret
  /** Expiry in epoch ms. Undefined when the credentials do not expire, or their expiry is not known. */
  readonly expiresAt?: number
  readonly provenance: Provenance
}

export type AwsSource = Source<AwsCredentials>

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Functions and environment variables of the process that the sources of AWS credentials use. */
export interface AwsContext {
  readonly env: Environment
  readonly fetch: Fetch
  readonly now: () => number
  readonly warn: (message: string) => void
}

/**
 * Converts an access key in plain text to `AwsCredentials`. An empty session token counts as a missing session token.
 */
export function toAwsCredentials(
  keys: {
    accessKeyId: string
    secretAccessKey: string
    sessionToken?: string | undefined
    expiresAt?: number | undefined
  },
  provenance: Provenance,
): AwsCredentials {
  return {
    accessKeyId: keys.accessKeyId,
    secretAccessKey: new Secret(keys.secretAccessKey),
    ...(keys.sessionToken === undefined || keys.sessionToken === ''
      ? {}
      : { sessionToken: new Secret(keys.sessionToken) }),
    ...(keys.expiresAt === undefined ? {} : { expiresAt: keys.expiresAt }),
    provenance,
  }
}
