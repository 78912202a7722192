import { rmSync } from 'node:fs'
import type { ProcessKeeper } from './process-keeper.ts'

/** Tells people how it goes; standard output is for the result. */
export function say(line: string): void {
  console.error(line)
}

/** Prints what was asked for instead of a run, and gives its exit code. */
export function printed(text: string): number {
  console.log(text)
  return 0
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/**
 * Runs a command of this process.
 *
 * @param name as `npm run` has it, for messages
 * @param main takes the arguments and gives the exit code; when it throws, that is 2
 */
export async function runCommand(
  name: string,
  main: (args: readonly string[]) => Promise<number> | number,
): Promise<void> {
  try {
    process.exitCode = await main(process.argv.slice(2))
  } catch (error) {
    say(`${name}: ${messageOf(error)}`)
    process.exitCode = 2
  }
}

/** Ends a run that went well, keeps nothing of it, and gives its exit code. */
export async function leaveNothing(keeper: ProcessKeeper, folder: string): Promise<number> {
  await keeper.stopAll()
  rmSync(folder, { recursive: true, force: true })
  return 0
}
