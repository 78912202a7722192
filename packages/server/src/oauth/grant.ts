import type { Identity } from '../identity/identity.ts'
import type { MintedToken } from '../sessions/session-token.ts'
import type { ClientCredentials } from './client-authentication.ts'
import type { Form } from './form.ts'

/** A token request, read but not yet believed. */
export interface TokenRequest {
  readonly form: Form
  readonly credentials: ClientCredentials | null
  /** The `Authorization` header as it came: the Iceberg dialect of token exchange proves the engine by it. */
  readonly authorization: string | undefined
}

export interface Granted {
  readonly identity: Identity
  readonly token: MintedToken
  readonly scope: string
}

/**
 * One way to a token, by its `grant_type`. Throws `HeadgateError` with an OAuth code; `invalid-client` is counted as a
 * failed attempt.
 */
export type Grant = (request: TokenRequest) => Promise<Granted>
