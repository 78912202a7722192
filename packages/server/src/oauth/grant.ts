import type { Identity } from '../identity/identity.ts'
import type { MintedToken } from '../sessions/session-token.ts'
import type { ClientProof } from './client-authentication.ts'
import type { Form } from './form.ts'

/** A token request, read but not yet believed. */
export interface TokenRequest {
  readonly form: Form
  readonly proof: ClientProof | null
  /** What the audit event shall say besides; later facts win. */
  note(facts: Readonly<Record<string, unknown>>): void
}

export interface Granted {
  readonly identity: Identity
  readonly token: MintedToken
  readonly scope: string
}

/**
 * One way to a token, by its `grant_type`. Throws `HeadgateError` with an OAuth code; one that may be a guess (`isGuess`)
 * counts as a failed attempt.
 */
export type Grant = (request: TokenRequest) => Promise<Granted>
