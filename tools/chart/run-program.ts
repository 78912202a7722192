import { execFile } from 'node:child_process'
import { safeEnvironment } from '../../conformance/lib/safe-env.ts'

/** Result of a program that has ended. */
export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const limitMs = 120_000

/** Runs a program to its end, for at most two minutes. Throws only when it cannot be started or does not end. */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<Finished> {
  const { promise, resolve, reject } = Promise.withResolvers<Finished>()
  execFile(
    command,
    [...args],
    { ...options, env: safeEnvironment(options.env), timeout: limitMs, maxBuffer: 64 * 1024 ** 2 },
    (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code
      if (typeof code === 'number') resolve({ code, stdout, stderr })
      else reject(new Error(`${command} ${args[0] ?? ''}: ${error?.message ?? 'it did not end'}`))
    },
  )
  return promise
}

/** Runs a program that must succeed, and returns its standard output. */
export async function runSuccessfully(...call: Parameters<typeof runProgram>): Promise<string> {
  const { code, stdout, stderr } = await runProgram(...call)
  if (code !== 0) throw new Error(`${call[0]} ${call[1].join(' ')} exited with ${code}: ${stderr || stdout}`)
  return stdout
}
