import { parseChoice, wholeNumber } from '../../conformance/lib/read-flags.ts'
import { type Placement, placements } from './cores.ts'

/** Options of a benchmark run: durations, and destination of the results. */
export interface RunOptions {
  readonly mode: Mode
  readonly placement: Placement | undefined
  readonly repeats: number
  readonly warmUpMs: number
  readonly durationMs: number
  /** Name of the result files without extension. Undefined when no files are written. */
  readonly name: string | undefined
  readonly json: boolean
  /** Date that the report shows, as yyyy-mm-dd. */
  readonly date: string
}

export type Mode = 'quick' | 'standard' | 'full'

/** Command-line flags that all benchmark programs have, for `parseArgs` of Node. */
export const runFlags = {
  quick: { type: 'boolean', default: false },
  full: { type: 'boolean', default: false },
  only: { type: 'string', default: '' },
  place: { type: 'string' },
  repeats: { type: 'string' },
  seconds: { type: 'string' },
  'warm-up': { type: 'string' },
  name: { type: 'string' },
  json: { type: 'boolean', default: false },
  date: { type: 'string' },
} as const

interface RunFlags {
  readonly quick: boolean
  readonly full: boolean
  readonly place?: string | undefined
  readonly repeats?: string | undefined
  readonly seconds?: string | undefined
  readonly 'warm-up'?: string | undefined
  readonly name?: string | undefined
  readonly json: boolean
  readonly date?: string | undefined
}

/**
 * Reads the options of a run. Options that are missing get the default values of the mode (`--quick`,
 * `--full` or neither).
 */
export function readRun<Defaults extends Pick<RunOptions, 'repeats' | 'warmUpMs' | 'durationMs'>>(
  values: RunFlags,
  modes: Readonly<Record<Mode, Defaults>>,
): { readonly run: RunOptions; readonly defaults: Defaults } {
  const mode = values.quick ? 'quick' : values.full ? 'full' : 'standard'
  const defaults = modes[mode]
  const run = {
    mode,
    placement: values.place === undefined ? undefined : parseChoice('--place', values.place, placements),
    repeats: readCount('--repeats', values.repeats) ?? defaults.repeats,
    warmUpMs: readSeconds('--warm-up', values['warm-up']) ?? defaults.warmUpMs,
    durationMs: readSeconds('--seconds', values.seconds) ?? defaults.durationMs,
    name: values.name,
    json: values.json,
    date: values.date ?? new Date().toISOString().slice(0, 10),
  } as const
  return { run, defaults }
}

export function readCount(flag: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : wholeNumber(flag, text)
}

/** Parses a number of seconds and returns milliseconds. Returns undefined if `text` is undefined. */
export function readSeconds(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const seconds = Number(text)
  if (!(seconds >= 0)) throw new Error(`${flag} requires a number of seconds, but the value is ${text}`)
  return seconds * 1000
}

export function readNames(text: string): string[] {
  return text.split(',').filter((name) => name !== '')
}
