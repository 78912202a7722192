import type { ProvenIdentity } from '../proven-identity.ts'
import type { MintedToken } from '../sessions/session-token.ts'
import type { ClientProof } from './client-authentication.ts'
import type { Form } from './form.ts'

/** Parsed token request. Its credentials and tokens are not verified. */
export interface TokenRequest {
  readonly form: Form
  readonly proof: ClientProof | null
  /**
   * Adds details to the audit event of the request. A later detail replaces an earlier detail of the same name. Names
   * of details: `client` (verified client id), `engine` (name of the acting engine), `subject` (kind of the subject
   * token), `for` (user or client that the token is issued to), `made` (id of a principal that the request created),
   * `secondLeg`, `assertion`, `authMethod`.
   */
  note(facts: Readonly<Record<string, unknown>>): void
}

/** Result of a grant: the minted access token. Not to be confused with `StorageGrant` and grants of privileges. */
export interface Granted {
  /** Identity that the audit event records. The token may contain further fields, such as the end of the session. */
  readonly identity: ProvenIdentity
  readonly token: MintedToken
  readonly scope: string
}

/**
 * Implements one `grant_type`. Throws `HeadgateError` with an OAuth code. The token endpoint counts an error
 * for which `isGuess` is true as a failed attempt.
 */
export type Grant = (request: TokenRequest) => Promise<Granted>
