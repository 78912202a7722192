import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/**
 * Command line of a manifest reader. The path of the manifest and the duration in ms are appended as its last
 * arguments.
 */
export interface ReaderArguments {
  readonly command: string
  readonly args: readonly string[]
}

/** Runs a program and returns its standard output. */
export async function run(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, [...args], { timeout: 300_000 })
  return stdout
}
