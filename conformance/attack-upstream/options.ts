import { parseArgs } from 'node:util'
import { wholeNumber } from '../lib/read-flags.ts'

export const usage = `npm run attack:upstream -- [options]

Attacks the upstream warehouses of a new Headgate server with generated cases: hostile clients and a hostile upstream.
Counts the attacks that succeed.

  --cases N      number of cases in all suites (default: 2000)
  --quick        300 cases in at most 90 seconds
  --seconds N    time limit in seconds; remaining cases are skipped (default: no limit)
  --seed N       seed of the cases; repeats an earlier run (default: from the clock)
  --suite NAME   run only this suite; may be repeated
  --escapes N    stop after this number of escapes (default: 20)
  --list         print the names of the suites
  --json         print the result as JSON
  --help`

export interface AttackOptions {
  readonly cases: number
  /** Time limit in seconds. Infinity if the option is not set. */
  readonly seconds: number
  readonly seed: number
  readonly enough: number
  readonly suites: readonly string[]
  readonly list: boolean
  readonly json: boolean
}

/** Time limit of a quick run in seconds, not including the start of the servers. */
const quickSeconds = 60

/** Parses the command line. Returns undefined for `--help`. Throws an error that describes the invalid option. */
export function readOptions(args: readonly string[], now: number): AttackOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      cases: { type: 'string' },
      quick: { type: 'boolean', default: false },
      seconds: { type: 'string' },
      seed: { type: 'string', default: String(now % 1_000_000) },
      escapes: { type: 'string', default: '20' },
      suite: { type: 'string', multiple: true, default: [] },
      list: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const limit = values.quick ? quickSeconds : Infinity
  return {
    cases: wholeNumber('--cases', values.cases ?? (values.quick ? '300' : '2000')),
    seconds: values.seconds === undefined ? limit : wholeNumber('--seconds', values.seconds),
    seed: wholeNumber('--seed', values.seed, 0),
    enough: wholeNumber('--escapes', values.escapes),
    suites: values.suite,
    list: values.list,
    json: values.json,
  }
}
