import { createInterface } from 'node:readline/promises'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { visible } from './visible.ts'

/**
 * Asks before something is destroyed. `yes` answers beforehand; who cannot be asked must have answered.
 *
 * @throws CliError `cancelled` for any answer but yes, `usage` where nobody can be asked
 */
export async function confirm(io: Io, yes: boolean, question: string): Promise<void> {
  if (yes) return
  if (io.stdin.isTTY !== true) {
    throw new CliError(exitCode.usage, `${question} Nobody can be asked here.`, {
      next: 'Add --yes if that is what you want.',
    })
  }
  const lines = createInterface({ input: io.stdin, output: io.stderr })
  try {
    const answer = await Promise.race([lines.question(`${visible(question)} [y/N] `), closed(lines)])
    if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(exitCode.cancelled, 'Nothing was done.')
  } finally {
    lines.close()
  }
}

/** End of input, or Ctrl-C, is no. */
function closed(lines: { once(event: 'close', listener: () => void): unknown }): Promise<string> {
  return new Promise((resolve) => lines.once('close', () => resolve('')))
}
