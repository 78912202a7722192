import { HeadgateError } from '@headgate/errors'
import type { TokenRefusal } from './refresh-token.ts'
import type { StandingRefusal } from './standing.ts'

export type RefreshRefusal =
  | TokenRefusal
  | StandingRefusal
  | 'another warehouse'
  | 'another name'
  | 'another caller'
  | 'engine may not'
  | 'another mode'
  | 'principal gone'
  | 'name taken'
  | 'locations changed'
  | 'locations not allowed'
  | 'locations overlap'
  | 'hidden'
  | 'cap reached'
  | 'session over'

/** The reason stays inside: on the wire every refusal is the same. */
class RefusedToken extends Error {
  override readonly name = 'RefusedToken'
  readonly reason: RefreshRefusal

  constructor(reason: RefreshRefusal) {
    super(`storage refresh token refused: ${reason}`)
    this.reason = reason
  }
}

/** What everybody gets whose storage refresh token renews nothing, whatever the reason. */
export function refusedToken(reason: RefreshRefusal): HeadgateError {
  return new HeadgateError(
    'no-such-table',
    'The storageRefreshToken does not stand for a table of this name that you may use: load the table again, or create it anew.',
    { cause: new RefusedToken(reason) },
  )
}

/** Why a token was refused, for the audit; null for any other error. */
export function refusalOf(error: unknown): RefreshRefusal | null {
  return error instanceof HeadgateError && error.cause instanceof RefusedToken ? error.cause.reason : null
}

/** What everybody gets who asks for credentials of a table that is not there, or may not be seen, without a token. */
export function missingForCredentials(): HeadgateError {
  return new HeadgateError(
    'no-such-table',
    'Table does not exist. If it is being created (staged), send the storageRefreshToken that came with its credentials.',
  )
}
