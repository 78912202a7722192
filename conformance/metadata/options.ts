import { parseArgs } from 'node:util'
import { wholeNumber } from '../lib/read-flags.ts'

export const usage = `npm run conformance:metadata [-- --sequences N | --quick] [-- --seed N] [-- --replay FILE]

Compares our metadata model with Iceberg's Java model: random creations, commits, views and damaged documents.
  --sequences N   how many sequences of changes (default 14000)
  --quick         1500 sequences
  --seed N        another random run (default 1)
  --replay FILE   one sequence that an earlier run wrote to a file
Needs a JDK 17 and Maven.`

export interface MetadataOptions {
  readonly sequences: number
  readonly seed: number
  readonly replay: string | undefined
}

/** Parses the command line. Returns undefined for `--help`. */
export function readOptions(args: readonly string[]): MetadataOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sequences: { type: 'string' },
      quick: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      replay: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  if (values.quick && values.sequences !== undefined)
    throw new Error('--quick sets the number of sequences: leave out --sequences')
  const sequences = values.sequences ?? (values.quick ? '1500' : '14000')
  return {
    sequences: wholeNumber('--sequences', sequences),
    seed: wholeNumber('--seed', values.seed, 0),
    replay: values.replay,
  }
}
