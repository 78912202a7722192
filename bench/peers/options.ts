import { parseArgs } from 'node:util'
import type { Placement } from '../lib/cores.ts'

/** What a comparison is asked for on the command line. */
export interface PeerOptions {
  readonly mode: string
  readonly placement: Placement | undefined
  /** Ids of peers; empty: all. */
  readonly only: readonly string[]
  /** Compile what takes minutes to compile. */
  readonly install: boolean
  readonly repeats: number
  readonly warmUpMs: number
  readonly durationMs: number
  readonly jvmWarmUpMs: number
  readonly name: string | undefined
  readonly json: boolean
  readonly date: string
}

export const peerUsage = `options:
  --quick              one short round, 20 s of warm-up for Java: figures that only show that it works
  --only <id,…>        headgate, headgate-files, fixture, fixture-files, fixture-postgresql, nessie, rustberg
  --install            also compiles rustberg (ten minutes; needs cargo), which is left out otherwise
  --place <apart|anywhere>  --repeats <n>  --seconds <n>  --warm-up <n>  --jvm-warm-up <n>
  --name <name>        writes bench/results/<name>.md and .json
  --json  --date <yyyy-mm-dd>`

export function readPeerOptions(args: readonly string[]): PeerOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      install: { type: 'boolean', default: false },
      place: { type: 'string' },
      repeats: { type: 'string' },
      seconds: { type: 'string' },
      'warm-up': { type: 'string' },
      'jvm-warm-up': { type: 'string' },
      name: { type: 'string' },
      json: { type: 'boolean', default: false },
      date: { type: 'string' },
    },
  })
  const { quick, place } = values
  if (place !== undefined && place !== 'apart' && place !== 'anywhere') {
    throw new Error(`--place ${place}: apart or anywhere`)
  }
  return {
    mode: quick ? 'quick' : 'full',
    placement: place,
    only: values.only.split(',').filter((id) => id !== ''),
    install: values.install,
    repeats: values.repeats === undefined ? (quick ? 1 : 3) : Number(values.repeats),
    warmUpMs: ms(values['warm-up'], quick ? 1 : 3),
    durationMs: ms(values.seconds, quick ? 2 : 10),
    jvmWarmUpMs: ms(values['jvm-warm-up'], quick ? 20 : 150),
    name: values.name,
    json: values.json,
    date: values.date ?? new Date().toISOString().slice(0, 10),
  }
}

function ms(text: string | undefined, otherwise: number): number {
  const seconds = text === undefined ? otherwise : Number(text)
  if (!(seconds >= 0)) throw new Error(`not a number of seconds: ${text}`)
  return seconds * 1000
}
