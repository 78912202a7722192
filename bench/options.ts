import { parseArgs } from 'node:util'
import type { Placement } from './lib/cores.ts'

/** What a run of the benchmark is asked for on the command line. */
export interface BenchOptions {
  readonly mode: 'quick' | 'standard' | 'full'
  readonly placement: Placement | undefined
  readonly only: readonly string[]
  readonly repeats: number
  readonly warmUpMs: number
  readonly durationMs: number
  /** Load that each server gets before its first figure. */
  readonly firstLoadMs: number
  /** Tables of the largest store. */
  readonly maxTables: number
  readonly loaders: number | undefined
  /** Name of the result files. */
  readonly name: string | undefined
  readonly json: boolean
  readonly date: string
}

const modes = {
  quick: { repeats: 1, warmUpMs: 700, durationMs: 1_500, firstLoadMs: 2_000, maxTables: 10_000 },
  standard: { repeats: 3, warmUpMs: 1_000, durationMs: 3_000, firstLoadMs: 20_000, maxTables: 1_000_000 },
  full: { repeats: 5, warmUpMs: 2_000, durationMs: 5_000, firstLoadMs: 20_000, maxTables: 1_000_000 },
} as const

export const usage = `options:
  --quick | --full     one round, small stores, a minute | five long rounds (default: three rounds)
  --only <case,…>      cases whose id begins with one of these
  --place <apart|anywhere>  servers on a core of their own (default where taskset exists), or not
  --repeats <n>  --seconds <n>  --warm-up <n>  --first-load <n>  --tables <n>  --loaders <n>
  --name <name>        writes bench/results/<name>.md and .json
  --json               prints the report as JSON instead of Markdown
  --date <yyyy-mm-dd>  date in the report (default: today)`

export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      place: { type: 'string' },
      repeats: { type: 'string' },
      seconds: { type: 'string' },
      'warm-up': { type: 'string' },
      'first-load': { type: 'string' },
      tables: { type: 'string' },
      loaders: { type: 'string' },
      name: { type: 'string' },
      json: { type: 'boolean', default: false },
      date: { type: 'string' },
    },
  })
  const mode = values.quick ? 'quick' : values.full ? 'full' : 'standard'
  const given = modes[mode]
  const { place } = values
  if (place !== undefined && place !== 'apart' && place !== 'anywhere')
    throw new Error(`--place ${place}: apart or anywhere`)
  return {
    mode,
    placement: place,
    only: values.only.split(',').filter((id) => id !== ''),
    repeats: positive(values.repeats) ?? given.repeats,
    warmUpMs: (positive(values['warm-up']) ?? given.warmUpMs / 1000) * 1000,
    durationMs: (positive(values.seconds) ?? given.durationMs / 1000) * 1000,
    firstLoadMs: (positive(values['first-load']) ?? given.firstLoadMs / 1000) * 1000,
    maxTables: positive(values.tables) ?? given.maxTables,
    loaders: positive(values.loaders),
    name: values.name,
    json: values.json,
    date: values.date ?? new Date().toISOString().slice(0, 10),
  }
}

function positive(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!(value > 0)) throw new Error(`not a positive number: ${text}`)
  return value
}
