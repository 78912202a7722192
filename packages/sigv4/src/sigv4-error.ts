import { refusals, type RefusalCode, type RefusalKind } from './refusals.ts'

/**
 * The one error of this package. Verification hands it back in a {@link Result}; signing and body decoding throw it.
 *
 * `message` is for the log: it says precisely what is wrong and may name headers and scopes, never a secret, a
 * signature or a canonical request. What the caller of a server may be told is `code`, through {@link refusals}.
 */
export class SigV4Error extends Error {
  override readonly name = 'SigV4Error'
  readonly code: RefusalCode

  constructor(code: RefusalCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  /** HTTP status and S3 code of this refusal. */
  get kind(): RefusalKind {
    return refusals[this.code]
  }
}

/** What a step at the trust boundary returns: a value, or the reason why there is none. */
export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: SigV4Error }

/** Runs a step that throws {@link SigV4Error} and hands back its outcome; other errors are bugs and pass through. */
export function attempt<T>(step: () => T): Result<T> {
  try {
    return { ok: true, value: step() }
  } catch (error) {
    if (error instanceof SigV4Error) return { ok: false, refusal: error }
    throw error
  }
}
