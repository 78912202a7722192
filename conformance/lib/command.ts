import { rmSync } from 'node:fs'
import type { ProcessKeeper } from './process-keeper.ts'

/** Prints progress to standard error; standard output is reserved for the result. */
export function say(line: string): void {
  console.error(line)
}

/** Prints a text instead of a run, and returns its exit code. */
export function printed(text: string): number {
  console.log(text)
  return 0
}

export function toMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/**
 * Runs a command of this process.
 *
 * @param name name in `npm run`, for messages
 * @param main receives the arguments and returns the exit code; 2 when it throws
 */
export async function runCommand(
  name: string,
  main: (args: readonly string[]) => Promise<number> | number,
): Promise<void> {
  try {
    process.exitCode = await main(process.argv.slice(2))
  } catch (error) {
    say(`${name}: ${toMessage(error)}`)
    process.exitCode = 2
  }
}

/** Ends a successful run, deletes its files, and returns its exit code. */
export async function leaveNothing(keeper: ProcessKeeper, folder: string): Promise<number> {
  await keeper.stopAll()
  rmSync(folder, { recursive: true, force: true })
  return 0
}
