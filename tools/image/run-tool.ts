import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Options of {@link runTool}. */
export interface ToolOptions {
  readonly cwd?: string
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
}

/**
 * Runs a program and returns its standard output.
 *
 * @throws Error with the end of its output, when it is not installed, fails, or exceeds the time limit
 */
export async function runTool(
  command: string,
  args: readonly string[],
  { cwd, env, timeoutMs = 300_000 }: ToolOptions = {},
): Promise<string> {
  try {
    const options = {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, LC_ALL: 'C', ...env },
      timeout: timeoutMs,
      maxBuffer: 256 * 1024 * 1024,
    }
    return (await run(command, [...args], options)).stdout
  } catch (cause) {
    const { code, stderr, stdout } = cause as { code?: unknown; stderr?: string; stdout?: string }
    if (code === 'ENOENT')
      throw new Error(`${command} is not installed. See tools/image/README.md.`, { cause })
    const output = `${stdout ?? ''}\n${stderr ?? ''}`.trim().split('\n').slice(-15).join('\n')
    throw new Error(`${command} ${args[0] ?? ''} failed (${String(code)}):\n${output}`, { cause })
  }
}
