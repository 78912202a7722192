import { parseArgs } from 'node:util'
import { oneOf, wholeNumber } from '../lib/read-flags.ts'
import type { Mode } from './lake.ts'

export const usage = `npm run attack:credentials -- [options]

Attacks the storage access of a Headgate server of its own with generated cases, and counts what got through.

  --cases N        cases over all kinds of attack (default: 8000)
  --seconds N      stop after so long (default: 900)
  --seed N         the same cases as another run (default: by the clock)
  --mode MODE      gateway, sts or remote-signing; may be repeated; the last two need MinIO
                   (default: all that there is MinIO for, and it is said what was left out)
  --attack NAME    only this kind; may be repeated
  --escapes N      stop after so many (default: 20)
  --list           print the kinds of attack
  --json           print the result as JSON
  --help`

export interface AttackOptions {
  readonly cases: number
  readonly seconds: number
  readonly seed: number
  /** Escapes after which it stops. */
  readonly enough: number
  readonly modes: readonly Mode[]
  /** Those that were asked for by name: without one of them the run fails. */
  readonly required: readonly Mode[]
  readonly attacks: readonly string[]
  readonly list: boolean
  readonly json: boolean
}

const allModes: readonly Mode[] = ['gateway', 'sts', 'remote-signing']

/** Reads the command line; undefined when help was asked for. Throws with a sentence for what cannot be. */
export function readOptions(args: readonly string[], now: number): AttackOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      cases: { type: 'string', default: '8000' },
      seconds: { type: 'string', default: '900' },
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
  const modes = values.mode.map((name) => oneOf('--mode', name, allModes))
  return {
    cases: wholeNumber('--cases', values.cases),
    seconds: wholeNumber('--seconds', values.seconds),
    seed: wholeNumber('--seed', values.seed, 0),
    enough: wholeNumber('--escapes', values.escapes),
    modes: modes.length === 0 ? allModes : modes,
    required: modes,
    attacks: values.attack,
    list: values.list,
    json: values.json,
  }
}
