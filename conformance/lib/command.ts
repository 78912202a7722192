import { rmSync } from 'node:fs'
import type { ProcessKeeper } from './process-keeper.ts'

/** Prints progress to standard error, because standard output is reserved for the result. */
export function say(line: string): void {
  console.error(line)
}

/** Prints a text, such as the help, and returns the exit code 0 of a command. */
export function printed(text: string): number {
  console.log(text)
  return 0
}

export function toMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/**
 * Runs the main function of a command, and sets the exit code of this process.
 *
 * @param name name in `npm run`, for messages
 * @param main receives the arguments and returns the exit code; if it throws, the exit code is 2
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

/** Ends all processes of a successful run, deletes its folder, and returns the exit code 0. */
export async function leaveNothing(keeper: ProcessKeeper, folder: string): Promise<number> {
  await keeper.stopAll()
  rmSync(folder, { recursive: true, force: true })
  return 0
}
