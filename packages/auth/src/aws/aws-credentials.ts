import type { Fetch } from '@headgate/http'
import type { Source } from '../chain.ts'
import type { Provenance } from '../provenance.ts'
import { Secret } from '../secret.ts'

/** Keys that sign requests to AWS, and what is known of them. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
  readonly sessionToken?: Secret
  /** Epoch milliseconds; undefined when they do not end, or do not say. */
  readonly expiresAt?: number
  readonly provenance: Provenance
}

export type AwsSource = Source<AwsCredentials>

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What sources of credentials work with. */
export interface AwsContext {
  readonly env: Environment
  readonly fetch: Fetch
  readonly now: () => number
  readonly warn: (message: string) => void
}

/** Keys as they come in, as credentials. */
export function awsCredentials(
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
