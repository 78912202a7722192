import { spawnSync } from 'node:child_process'
import { basename, join } from 'node:path'

/** Folder with the executable programs of the npm packages that are installed in `tools/site`. */
export const programs: string = join(import.meta.dirname, 'node_modules/.bin')

/**
 * Runs a Node program. Prints its output only if the program fails.
 *
 * @throws with the output, if the program fails
 */
export function runProgram(
  program: string,
  args: readonly string[],
  { env = {} }: { readonly env?: Readonly<Record<string, string>> } = {},
): void {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [program, ...args], {
    cwd: import.meta.dirname,
    env: { ...process.env, ...env, NO_COLOR: '1' },
    encoding: 'utf8',
    timeout: 15 * 60_000,
    maxBuffer: 64 * 1_024 * 1_024,
  })
  if (status === 0) return
  const reason = error?.message ?? `exit code ${status}`
  throw new Error(`${basename(program)} failed (${reason}):\n${stdout}${stderr}`)
}
