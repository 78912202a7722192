import { type AuthError, type AuthReason, isAuthError } from '@headgate/auth'
import { CliError } from '../cli-error.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'

const exitCodes: Readonly<Record<AuthReason, ExitCode>> = {
  configuration: exitCode.usage,
  'not-installed': exitCode.usage,
  unsupported: exitCode.usage,
  'not-here': exitCode.credential,
  refused: exitCode.credential,
  'identity-changed': exitCode.credential,
  unavailable: exitCode.unreachable,
  malformed: exitCode.unreachable,
}

/** Converts an error of an auth provider to the error of a command. Returns any other error unchanged. */
export function toCliError(error: unknown): unknown {
  if (!isAuthError(error)) return error
  const { message, reason, property }: AuthError = error
  return new CliError(exitCodes[reason], addFullStop(message), {
    cause: error,
    ...(property === undefined ? {} : { next: `Check the property ${property}.` }),
  })
}

function addFullStop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
