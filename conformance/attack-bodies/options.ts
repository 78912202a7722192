import { parseArgs } from 'node:util'
import { wholeNumber } from '../lib/read-flags.ts'

export const usage = `npm run attack:bodies -- [options]

Starts a server and sends it hostile request bodies, from a caller without any grant and from one with every right.
Prints how long the event loop of the server was blocked, how long a health check took, and the resident memory.
Exit code 1: a limit was exceeded.

  --seconds N        length of each step, in seconds (default: 10)
  --rounds N         number of repetitions; the median pause counts (default: 3)
  --settle N         wait before the memory is measured, in seconds (default: 60)
  --concurrency N    concurrent requests (default: 24)
  --quick            4 s for each step, 2 rounds, 40 s before the memory is measured, and three times the
                     limits for pauses, because other tests on the machine add to them
  --json             print the result as JSON
  --help`

export interface BodyAttackOptions {
  readonly seconds: number
  readonly rounds: number
  readonly settleSeconds: number
  readonly concurrency: number
  /** Factor by which the limits for pauses of the event loop are multiplied, for slow machines. */
  readonly pauseFactor: number
  readonly json: boolean
}

/** Reads the command line. Returns undefined for `--help`. Throws an error that describes the wrong option. */
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
    settleSeconds: wholeNumber('--settle', values.settle ?? (values.quick ? '40' : '60')),
    concurrency: wholeNumber('--concurrency', values.concurrency),
    pauseFactor: values.quick ? 3 : 1,
    json: values.json,
  }
}
