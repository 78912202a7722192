import { parseArgs } from 'node:util'

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
  const only = values.only.map((name) => {
    const part = parts.find((known) => known === name)
    if (part === undefined) throw new Error(`--only takes ${parts.join(', ')}, got: ${name}`)
    return part
  })
  return {
    cases: numberOf('--cases', values.cases),
    seed: numberOf('--seed', values.seed),
    only: only.length === 0 ? parts : only,
  }
}

function numberOf(flag: string, text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new Error(`${flag} takes a whole number, got: ${text}`)
}
