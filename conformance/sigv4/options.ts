import { parseArgs } from 'node:util'
import { oneOf, wholeNumber } from '../lib/read-flags.ts'

export const usage = `npm run conformance:sigv4 -- [options]

Has verifiers and signers that are not ours judge the signatures of @headgate/auth: botocore signs the same generated
requests; moto and MinIO let signed requests in and forged ones not.

  --cases N    generated requests for each of the four comparisons (default: 2500)
  --seed N     the same requests as another run (default: by the clock)
  --only NAME  botocore, moto or minio; may be repeated (default: all)
  --help`

export const parts = ['botocore', 'moto', 'minio'] as const
export type Part = (typeof parts)[number]

export interface Options {
  readonly cases: number
  readonly seed: number
  readonly only: readonly Part[]
}

/** Reads the command line; undefined when help was asked for. Throws with a sentence for what cannot be. */
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
  const only = values.only.map((name) => oneOf('--only', name, parts))
  return {
    cases: wholeNumber('--cases', values.cases, 0),
    seed: wholeNumber('--seed', values.seed, 0),
    only: only.length === 0 ? parts : only,
  }
}
