import type { ProvenIdentity } from '../proven-identity.ts'
import type { MintedToken } from '../sessions/session-token.ts'
import type { ClientProof } from './client-authentication.ts'
import type { Form } from './form.ts'

/** Parsed token request. Its credentials and tokens are not verified. */
export interface TokenRequest {
  readonly form: Form
  readonly proof: ClientProof | null
  /**
   * Adds details to the audit event of the request. A later detail replaces an earlier detail of the same
   * name.
   */
  note(facts: Readonly<Record<string, unknown>>): void
}

export interface Granted {
  readonly identity: ProvenIdentity
  readonly token: MintedToken
  readonly scope: string
}

/**
 * Implements one `grant_type`. Throws `HeadgateError` with an OAuth code. The token endpoint counts an error
 * for which `isGuess` is true as a failed attempt.
 */
export type Grant = (request: TokenRequest) => Promise<Granted>
