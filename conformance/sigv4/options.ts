import { parseArgs } from 'node:util'
import { parseChoice, wholeNumber } from '../lib/read-flags.ts'

export const usage = `npm run conformance:sigv4 -- [options]

Compares the signatures of @headgate/auth with those of botocore for generated requests, and sends signed and forged
requests to moto and MinIO.

  --cases N    generated requests for each of the four comparisons (default: 2500)
  --seed N     seed of the requests; repeats an earlier run (default: from the clock)
  --only NAME  botocore, moto or minio; may be repeated (default: all)
  --help`

const parts = ['botocore', 'moto', 'minio'] as const
type Part = (typeof parts)[number]

export interface Options {
  readonly cases: number
  readonly seed: number
  readonly only: readonly Part[]
}

/** Parses the command line. Returns undefined for `--help`. Throws an error that describes the invalid option. */
export function readOptions(args: readonly string[], now: number): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      cases: { type: 'string', default: '2500' },
      seed: { type: 'string', default: String(now % 1_000_000) },
      only: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const only = values.only.map((name) => parseChoice('--only', name, parts))
  return {
    cases: wholeNumber('--cases', values.cases, 0),
    seed: wholeNumber('--seed', values.seed, 0),
    only: only.length === 0 ? parts : only,
  }
}
