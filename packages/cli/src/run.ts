import { stringify } from '@headgate/json'
import { CommanderError } from 'commander'
import { CliError } from './cli-error.ts'
import { type ExitCode, exitCode } from './exit-code.ts'
import type { Io } from './io.ts'
import { paintFor } from './output/paint.ts'
import { visibleLines } from './output/visible.ts'
import { createProgram } from './program.ts'
import { version } from './version.ts'

/**
 * Runs one command line to its end. Whatever goes wrong is told on standard error and becomes the exit code; nothing is
 * thrown.
 *
 * @example
 * ```ts
 * process.exitCode = await run({ args: process.argv.slice(2), env: process.env, cwd: process.cwd(), ...process })
 * ```
 */
export async function run(io: Io): Promise<ExitCode> {
  const program = createProgram(io, version())
  try {
    await program.parseAsync([...io.args], { from: 'user' })
    return exitCode.ok
  } catch (error) {
    // Help and version come this way too; what else commander throws, it has told already.
    if (error instanceof CommanderError) {
      if (error.code === 'headgate.serve') return exitCode.refused
      return error.exitCode === 0 ? exitCode.ok : exitCode.usage
    }
    if (!(error instanceof CliError)) throw error
    io.stderr.write(program.opts()['json'] === true ? jsonOf(error) : textOf(error, io))
    return error.exitCode
  }
}

function textOf({ message, next }: CliError, io: Io): string {
  const paint = paintFor(io.stderr, io.env)
  const advice = next === undefined ? '' : `${visibleLines(next)}\n`
  return `${paint('red', 'error:')} ${visibleLines(message)}\n${advice}`
}

/** One line, so that it can be told from other lines on standard error. */
function jsonOf({ message, next, exitCode, answer }: CliError): string {
  const error = { message, next, exitCode, type: answer?.type, status: answer?.status }
  return `${stringify({ error })}\n`
}
