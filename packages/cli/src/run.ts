import { stringify } from '@headgate/json'
import { CommanderError } from 'commander'
import { CliError } from './cli-error.ts'
import { findNeededGroups } from './command-groups.ts'
import { type ExitCode, exitCode } from './exit-code.ts'
import type { Io } from './io.ts'
import { paintFor } from './output/paint.ts'
import { visibleLines } from './output/visible.ts'
import { createProgram } from './program.ts'
import { version } from './version.ts'

/**
 * Runs one command line and returns its exit code. Prints errors of the user and of the server on standard error.
 * Throws only for bugs in the program itself.
 *
 * @example
 * ```ts
 * process.exitCode = await run({ args: process.argv.slice(2), env: process.env, cwd: process.cwd(), ...process })
 * ```
 */
export async function run(io: Io): Promise<ExitCode> {
  const program = await createProgram(io, version(), findNeededGroups(io.args))
  try {
    await program.parseAsync([...io.args], { from: 'user' })
    return exitCode.ok
  } catch (error) {
    // Commander also throws after it has printed the help or the version. It has already printed its own errors when
    // it throws.
    if (error instanceof CommanderError) {
      if (error.code === 'headgate.serve') return exitCode.refused
      return error.exitCode === 0 ? exitCode.ok : exitCode.usage
    }
    if (!(error instanceof CliError)) throw error
    io.stderr.write(program.opts()['json'] === true ? toJsonLine(error) : toText(error, io))
    return error.exitCode
  }
}

function toText({ message, next }: CliError, io: Io): string {
  const paint = paintFor(io.stderr, io.env)
  const advice = next === undefined ? '' : `${visibleLines(next)}\n`
  return `${paint('red', 'error:')} ${visibleLines(message)}\n${advice}`
}

/** Formats an error as one JSON line, which scripts can distinguish from other lines on standard error. */
function toJsonLine({ message, next, exitCode, refusal }: CliError): string {
  const error = { message, next, exitCode, type: refusal?.type, status: refusal?.status }
  return `${stringify({ error })}\n`
}
