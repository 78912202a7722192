import { parseArgs } from 'node:util'
import type { Placement } from '../lib/cores.ts'
import { type PeerId, peerIds } from './peer.ts'

/** What a comparison is asked for on the command line. */
export interface PeerOptions {
  readonly mode: 'quick' | 'standard' | 'full'
  readonly placement: Placement | undefined
  /** Who is compared; Headgate always is. */
  readonly peers: readonly PeerId[]
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

/** One of each, all with their metadata in the same object store. */
const usual: readonly PeerId[] = ['headgate', 'fixture', 'nessie', 'rustberg']

// less warm-up would show a Java virtual machine slower than it is: only a quick run, whose figures mean nothing, has less
const modes = {
  quick: { repeats: 1, warmUpMs: 1_000, durationMs: 2_000, jvmWarmUpMs: 15_000, peers: usual },
  standard: { repeats: 3, warmUpMs: 2_000, durationMs: 5_000, jvmWarmUpMs: 150_000, peers: usual },
  full: { repeats: 3, warmUpMs: 3_000, durationMs: 10_000, jvmWarmUpMs: 150_000, peers: peerIds },
}

export const peerUsage: string = `options:
  --quick | --full     one short round, 15 s of warm-up for Java, three minutes: figures that only show that it works
                       | all peers, long rounds, half an hour (default: the usual peers, three rounds, 12 minutes)
  --only <id,…>        Headgate and these: ${peerIds.filter((id) => id !== 'headgate').join(', ')}
                       (default: ${usual.filter((id) => id !== 'headgate').join(', ')}; with --full all)
  --install            also compiles rustberg (ten minutes; needs cargo), which is left out otherwise
  --place <apart|anywhere>  --repeats <n>  --seconds <n>  --warm-up <n>  --jvm-warm-up <n>
  --name <name>        writes bench/results/<name>.md and .json
  --json  --date <yyyy-mm-dd>`

export function readPeerOptions(args: readonly string[]): PeerOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
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
  const mode = values.quick ? 'quick' : values.full ? 'full' : 'standard'
  const given = modes[mode]
  const { place } = values
  if (place !== undefined && place !== 'apart' && place !== 'anywhere') {
    throw new Error(`--place ${place}: apart or anywhere`)
  }
  const only = values.only.split(',').filter((id) => id !== '')
  return {
    mode,
    placement: place,
    peers: only.length === 0 ? given.peers : ['headgate', ...only.map(readPeerId)],
    install: values.install,
    repeats: readCount(values.repeats) ?? given.repeats,
    warmUpMs: readMs(values['warm-up']) ?? given.warmUpMs,
    durationMs: readMs(values.seconds) ?? given.durationMs,
    jvmWarmUpMs: readMs(values['jvm-warm-up']) ?? given.jvmWarmUpMs,
    name: values.name,
    json: values.json,
    date: values.date ?? new Date().toISOString().slice(0, 10),
  }
}

function readPeerId(text: string): PeerId {
  const id = peerIds.find((known) => known === text)
  if (id === undefined) throw new Error(`--only ${text}: there are ${peerIds.join(', ')}`)
  return id
}

function readCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!(Number.isInteger(value) && value > 0)) throw new Error(`not a positive whole number: ${text}`)
  return value
}

function readMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const seconds = Number(text)
  if (!(seconds >= 0)) throw new Error(`not a number of seconds: ${text}`)
  return seconds * 1000
}
