import type { ExitCode } from './exit-code.ts'

/** Error type and status of a response that refuses a request. */
export interface Refusal {
  readonly type: string
  readonly status: number
}

export interface CliErrorOptions extends ErrorOptions {
  /** Sentence that tells the user what to do next. */
  readonly next?: string | undefined
  /** Error type and status of the response. Present only if the server refused the request. */
  readonly refusal?: Refusal | undefined
}

/** Error that ends a command: a sentence with the reason, and a sentence with the next step. It contains no secret. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exitCode: ExitCode
  readonly next: string | undefined
  readonly refusal: Refusal | undefined

  constructor(exitCode: ExitCode, message: string, options: CliErrorOptions = {}) {
    super(message, options)
    this.exitCode = exitCode
    this.next = options.next
    this.refusal = options.refusal
  }

  /** Returns a copy of the error with another message. */
  withMessage(message: string): CliError {
    return new CliError(this.exitCode, message, { next: this.next, cause: this, refusal: this.refusal })
  }

  /** Returns a copy of the error with another next step. */
  withNext(next: string): CliError {
    return new CliError(this.exitCode, this.message, { next, cause: this, refusal: this.refusal })
  }
}
