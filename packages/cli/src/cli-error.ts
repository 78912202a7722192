import type { ExitCode } from './exit-code.ts'

export interface CliErrorOptions extends ErrorOptions {
  /** What the reader can do now; a sentence. */
  readonly next?: string | undefined
  /** The server's own name of the error and the status, when it was the server who said so. */
  readonly answer?: { readonly type: string; readonly status: number }
}

/** An error that ends a command: one sentence on what went wrong, and one on what to do. Holds no secret. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exitCode: ExitCode
  readonly next: string | undefined
  readonly answer: { readonly type: string; readonly status: number } | undefined

  constructor(exitCode: ExitCode, message: string, options: CliErrorOptions = {}) {
    super(message, options)
    this.exitCode = exitCode
    this.next = options.next
    this.answer = options.answer
  }

  /** Returns the same error in other words. */
  saying(message: string): CliError {
    return new CliError(this.exitCode, message, {
      next: this.next,
      cause: this,
      ...(this.answer ? { answer: this.answer } : {}),
    })
  }

  /** The same error with another advice. */
  advising(next: string): CliError {
    return new CliError(this.exitCode, this.message, {
      next,
      cause: this,
      ...(this.answer ? { answer: this.answer } : {}),
    })
  }
}
