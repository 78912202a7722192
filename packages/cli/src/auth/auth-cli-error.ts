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

/** What a provider threw, as the error of a command; anything else as it is. */
export function authCliError(error: unknown): unknown {
  if (!isAuthError(error)) return error
  const { message, reason, property }: AuthError = error
  return new CliError(exitCodes[reason], sentence(message), {
    cause: error,
    ...(property === undefined ? {} : { next: `It is about the property ${property}.` }),
  })
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
