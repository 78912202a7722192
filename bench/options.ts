import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readCount, readNames, readRun, readSeconds, runFlags, type RunOptions } from './lib/run-options.ts'

/** Options of one run of the benchmark, from the command line. */
export interface BenchOptions extends RunOptions {
  readonly only: readonly string[]
  /** Duration in ms of the load that each server receives before its first measurement. */
  readonly firstLoadMs: number
  /** Number of tables in the largest database. */
  readonly maxTables: number
  readonly loaders: number | undefined
  /** Folder of another checkout whose server is measured for comparison. Its packages must be installed. */
  readonly against: string | undefined
}

const modes = {
  quick: { repeats: 1, warmUpMs: 700, durationMs: 1_500, firstLoadMs: 2_000, maxTables: 10_000 },
  standard: { repeats: 3, warmUpMs: 1_000, durationMs: 3_000, firstLoadMs: 20_000, maxTables: 1_000_000 },
  full: { repeats: 5, warmUpMs: 2_000, durationMs: 5_000, firstLoadMs: 20_000, maxTables: 1_000_000 },
}

export const usage = `options:
  --quick | --full     one round, small stores, a minute | five long rounds (default: three rounds)
  --only <case,…>      cases whose id begins with one of these
  --place <apart|anywhere>  servers on separate cores (default if taskset exists), or on any core
  --repeats <n>  --seconds <n>  --warm-up <n>  --first-load <n>  --tables <n>  --loaders <n>
  --against <folder>   another checkout, after its npm ci, for the cases mixed-…, revision-… and refusals-…
  --name <name>        writes bench/results/<name>.md and .json
  --json               prints the report as JSON instead of Markdown
  --date <yyyy-mm-dd>  date in the report (default: today)`

export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...runFlags,
      'first-load': { type: 'string' },
      tables: { type: 'string' },
      loaders: { type: 'string' },
      against: { type: 'string' },
    },
  })
  const { run, defaults } = readRun(values, modes)
  return {
    ...run,
    only: readNames(values.only),
    firstLoadMs: readSeconds('--first-load', values['first-load']) ?? defaults.firstLoadMs,
    maxTables: readCount('--tables', values.tables) ?? defaults.maxTables,
    loaders: readCount('--loaders', values.loaders),
    against: values.against === undefined ? undefined : resolve(values.against),
  }
}
