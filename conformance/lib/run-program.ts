import { execFile } from 'node:child_process'
import { safeEnvironment } from './safe-env.ts'

/** Exit code and output of a program that has ended. */
export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface ProgramOptions {
  readonly cwd?: string
  /** Environment variables that are added to the safe environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Time limit in ms. Default: two minutes. */
  readonly timeoutMs?: number
}

/**
 * Runs a program until it ends, and returns its exit code and output. For long output, use `ProcessKeeper`, which
 * writes a log.
 *
 * @throws Error only when the program cannot be started, or does not end in time
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  { env, timeoutMs = 120_000, ...options }: ProgramOptions = {},
): Promise<Finished> {
  const { promise, resolve, reject } = Promise.withResolvers<Finished>()
  execFile(
    command,
    [...args],
    { ...options, env: safeEnvironment(env), timeout: timeoutMs, maxBuffer: 256 * 1024 ** 2 },
    (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code
      if (typeof code === 'number') return resolve({ code, stdout, stderr })
      if (code === 'ENOENT')
        return reject(new Error(`cannot start ${command}; is it installed?`, { cause: error }))
      const isLate = error?.killed === true && typeof code !== 'string'
      const reason = isLate ? `the program did not end within ${timeoutMs / 1000} s` : error?.message
      return reject(new Error(`${command} ${args[0] ?? ''}: ${reason}`, { cause: error }))
    },
  )
  return promise
}

/** Runs a program and returns its standard output. Throws if the exit code is not 0. */
export async function runSuccessfully(...call: Parameters<typeof runProgram>): Promise<string> {
  const { code, stdout, stderr } = await runProgram(...call)
  if (code !== 0) throw new Error(`${call[0]} ${call[1].join(' ')} exited with ${code}: ${stderr || stdout}`)
  return stdout
}
