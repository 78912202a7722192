import { type ProgramOptions, runProgram } from '../../conformance/lib/run-program.ts'

/**
 * Runs a program and returns its standard output. The program prints messages in English. Default time limit: five
 * minutes.
 *
 * @throws Error with the end of the output, when the program is not installed, fails, or exceeds the time limit
 */
export async function runTool(
  command: string,
  args: readonly string[],
  { env, ...options }: ProgramOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await runProgram(command, args, {
    timeoutMs: 300_000,
    ...options,
    env: { LC_ALL: 'C', ...env },
  })
  if (code === 0) return stdout
  const output = `${stdout}\n${stderr}`.trim().split('\n').slice(-15).join('\n')
  throw new Error(`${command} ${args[0] ?? ''} failed (${code}):\n${output}`)
}
