/** Kind of a refused sign-in, which the page explains to the user. */
export type SignInFailure =
  /** The browser has not started this sign-in, or it started too long ago. */
  | 'expired'
  /** The issuer or its tokens were refused. */
  | 'refused'
  /** The server does not create principals for the users of the issuer. */
  | 'unknown'

/** Refused sign-in. The message is for the audit log, and contains no token. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused'
  readonly failure: SignInFailure

  constructor(failure: SignInFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.failure = failure
  }
}

/**
 * Describes an error of the library without its cause, which can contain tokens and the URL of the callback.
 */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'the response of the issuer cannot be read'
  const { error: code, error_description: description } = error as {
    readonly error?: unknown
    readonly error_description?: unknown
  }
  const answered = [code, description]
    .filter((text) => typeof text === 'string')
    .map((text) => text.slice(0, 200))
  return answered.length === 0 ? error.message.slice(0, 200) : answered.join(': ')
}
