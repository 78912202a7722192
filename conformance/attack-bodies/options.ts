import { parseArgs } from 'node:util'
import { wholeNumber } from '../lib/read-flags.ts'

export const usage = `npm run attack:bodies -- [options]

Starts a server and sends it hostile request bodies, from a caller without any grant and from one with every right.
Prints how long the event loop of the server was held, how long a health check took, and the resident memory. Exit
code 1: a limit was exceeded.

  --seconds N        length of each step, in seconds (default: 10)
  --rounds N         how often the steps are repeated; the median pause counts (default: 3)
  --settle N         how long the memory has to return, in seconds (default: 60)
  --concurrency N    requests at once (default: 24)
  --quick            4 s for each step, 2 rounds, 20 s for the memory
  --json             print the result as JSON
  --help`

export interface BodyAttackOptions {
  readonly seconds: number
  readonly rounds: number
  readonly settleSeconds: number
  readonly concurrency: number
  readonly json: boolean
}

/** Reads the command line; undefined for `--help`. Throws with a sentence for what is wrong. */
export function readOptions(args: readonly string[]): BodyAttackOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      settle: { type: 'string' },
      concurrency: { type: 'string', default: '24' },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  return {
    seconds: wholeNumber('--seconds', values.seconds ?? (values.quick ? '4' : '10')),
    rounds: wholeNumber('--rounds', values.rounds ?? (values.quick ? '2' : '3')),
    settleSeconds: wholeNumber('--settle', values.settle ?? (values.quick ? '20' : '60')),
    concurrency: wholeNumber('--concurrency', values.concurrency),
    json: values.json,
  }
}
