import { createInterface } from 'node:readline/promises'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { visible } from './visible.ts'

/**
 * Asks the user to confirm a deletion on the terminal. Returns immediately if `yes` is true.
 *
 * @throws CliError with the exit code `cancelled` for any reply other than yes, and with `usage` without a terminal
 */
export async function confirm(io: Io, yes: boolean, question: string): Promise<void> {
  if (yes) return
  if (io.stdin.isTTY !== true) {
    throw new CliError(
      exitCode.usage,
      `The command needs confirmation, and standard input is not a terminal: ${question}`,
      {
        next: 'Add --yes to confirm.',
      },
    )
  }
  const lines = createInterface({ input: io.stdin, output: io.stderr })
  try {
    const reply = await Promise.race([lines.question(`${visible(question)} [y/N] `), closed(lines)])
    if (!/^y(es)?$/i.test(reply.trim()))
      throw new CliError(exitCode.cancelled, 'Cancelled: nothing was changed.')
  } finally {
    lines.close()
  }
}

/** Resolves with an empty reply, which means no, when the input ends or the user presses Ctrl-C. */
function closed(lines: { once(event: 'close', listener: () => void): unknown }): Promise<string> {
  return new Promise((resolve) => lines.once('close', () => resolve('')))
}
