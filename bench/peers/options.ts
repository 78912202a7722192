import { parseArgs } from 'node:util'
import { parseChoice } from '../../conformance/lib/read-flags.ts'
import { readNames, readRun, readSeconds, runFlags, type RunOptions } from '../lib/run-options.ts'
import { type PeerId, peerIds } from './peer.ts'

/** Command-line options of a comparison of catalogs. */
export interface PeerOptions extends RunOptions {
  /** Catalogs to compare. Headgate is always included. */
  readonly peers: readonly PeerId[]
  /** Whether the run installs catalogs that must be compiled from source. The compilation takes minutes. */
  readonly install: boolean
  readonly jvmWarmUpMs: number
}

/**
 * Catalogs that are compared by default: one variant of each, all with their metadata files in the same object store.
 */
const usual: readonly PeerId[] = ['headgate', 'fixture', 'nessie', 'rustberg']

// With a shorter warm-up, Java servers would appear slower than they are. Only a quick run, whose figures are not
// meaningful, has a shorter warm-up.
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
    options: { ...runFlags, install: { type: 'boolean', default: false }, 'jvm-warm-up': { type: 'string' } },
  })
  const { run, defaults } = readRun(values, modes)
  const only = readNames(values.only).map((name) => parseChoice('--only', name, peerIds))
  return {
    ...run,
    peers: only.length === 0 ? defaults.peers : ['headgate', ...only],
    install: values.install,
    jvmWarmUpMs: readSeconds('--jvm-warm-up', values['jvm-warm-up']) ?? defaults.jvmWarmUpMs,
  }
}
