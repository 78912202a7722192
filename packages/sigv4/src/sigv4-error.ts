import { refusals, type RefusalCode, type RefusalKind } from './refusals.ts'

/**
 * The only error class of this package. Verification returns it in a {@link Result}; signing and body decoding throw
 * it.
 *
 * `message` is for the log: it names the fault and may name headers and scopes, but never a secret, a signature or a
 * canonical request. A server may send `code` to its callers, with the status and the S3 code of {@link refusals}.
 */
export class SigV4Error extends Error {
  override readonly name = 'SigV4Error'
  readonly code: RefusalCode

  constructor(code: RefusalCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  /** Returns the HTTP status and the S3 code of this refusal. */
  get kind(): RefusalKind {
    return refusals[this.code]
  }
}

/** Result of a step at the trust boundary: a value, or the reason for the refusal. */
export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: SigV4Error }

/**
 * Runs a step and returns a thrown {@link SigV4Error} as a refusal. Throws all other errors, because they are bugs.
 */
export function attempt<T>(step: () => T): Result<T> {
  try {
    return { ok: true, value: step() }
  } catch (error) {
    if (error instanceof SigV4Error) return { ok: false, refusal: error }
    throw error
  }
}
