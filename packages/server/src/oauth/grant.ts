import type { ProvenIdentity } from '../proven-identity.ts'
import type { MintedToken } from '../sessions/session-token.ts'
import type { ClientProof } from './client-authentication.ts'
import type { Form } from './form.ts'

/** A parsed token request, before any verification. */
export interface TokenRequest {
  readonly form: Form
  readonly proof: ClientProof | null
  /** Adds facts to the audit event; later facts replace earlier ones. */
  note(facts: Readonly<Record<string, unknown>>): void
}

export interface Granted {
  readonly identity: ProvenIdentity
  readonly token: MintedToken
  readonly scope: string
}

/**
 * Implements one `grant_type`. Throws `HeadgateError` with an OAuth code; an error that may be a guess (`isGuess`) counts
 * as a failed attempt.
 */
export type Grant = (request: TokenRequest) => Promise<Granted>
