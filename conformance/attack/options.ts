import { parseArgs } from 'node:util'
import { parseChoice, wholeNumber } from '../lib/read-flags.ts'
import type { Mode } from './fixture.ts'

export const usage = `npm run attack:credentials -- [options]

Starts a Headgate server, attacks its storage access with generated cases, and counts the attacks that succeed.

  --cases N        number of cases in all suites (default: 8000)
  --seconds N      time limit in seconds; remaining cases are skipped (default: no limit)
  --seed N         seed of the cases; repeats an earlier run (default: from the clock)
  --mode MODE      gateway, sts or remote-signing; may be repeated; the last two need MinIO
                   (default: all; without MinIO these two are skipped and reported)
  --attack NAME    run only this suite; may be repeated
  --escapes N      stop after this number of escapes (default: 20)
  --list           print the names of the suites
  --json           print the result as JSON
  --help`

export interface AttackOptions {
  readonly cases: number
  /** Time limit in seconds. Infinity if the option is not set. */
  readonly seconds: number
  readonly seed: number
  /** Number of successful attacks after which the run stops. */
  readonly enough: number
  readonly modes: readonly Mode[]
  /** Modes that the option `--mode` names. The run fails if one of them is not available. */
  readonly required: readonly Mode[]
  readonly attacks: readonly string[]
  readonly list: boolean
  readonly json: boolean
}

const allModes: readonly Mode[] = ['gateway', 'sts', 'remote-signing']

/** Parses the command line. Returns undefined for `--help`. Throws an error that describes the invalid option. */
export function readOptions(args: readonly string[], now: number): AttackOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      cases: { type: 'string', default: '8000' },
      seconds: { type: 'string' },
      seed: { type: 'string', default: String(now % 1_000_000) },
      escapes: { type: 'string', default: '20' },
      mode: { type: 'string', multiple: true, default: [] },
      attack: { type: 'string', multiple: true, default: [] },
      list: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const modes = values.mode.map((name) => parseChoice('--mode', name, allModes))
  return {
    cases: wholeNumber('--cases', values.cases),
    seconds: values.seconds === undefined ? Infinity : wholeNumber('--seconds', values.seconds),
    seed: wholeNumber('--seed', values.seed, 0),
    enough: wholeNumber('--escapes', values.escapes),
    modes: modes.length === 0 ? allModes : modes,
    required: modes,
    attacks: values.attack,
    list: values.list,
    json: values.json,
  }
}
