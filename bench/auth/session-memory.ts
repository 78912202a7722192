import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { BenchRun } from '../lib/bench-run.ts'
import type { EntryMeasured } from '../lib/case.ts'
import { seated } from '../lib/cores.ts'
import type { SessionMemory } from './sessions-main.ts'

const main = fileURLToPath(new URL('sessions-main.ts', import.meta.url))

/**
 * Returns a function that measures the memory of an authentication session, as an average over many sessions.
 * The first call measures in a separate process. Later calls return the same figures.
 */
export function sessionMemory(run: BenchRun, label: string, sessions: number): () => Promise<EntryMeasured> {
  let measured: Promise<EntryMeasured> | undefined
  return async () => await (measured ??= inProcess(run, label, sessions))
}

async function inProcess({ placement }: BenchRun, label: string, sessions: number): Promise<EntryMeasured> {
  const options = ['--conditions=x-source', '--disable-warning=ExperimentalWarning', '--expose-gc']
  const { command, args } = seated(placement, 'server', process.execPath, [
    ...options,
    main,
    label,
    String(sessions),
  ])
  const { stdout } = await promisify(execFile)(command, [...args], { timeout: 300_000 })
  const found = JSON.parse(stdout) as SessionMemory
  return {
    perSecond: 1_000 / found.ms,
    p50Ms: found.ms,
    p99Ms: found.ms,
    figures: {
      'heap bytes of one session': found.heapBytes,
      'bytes resident': found.residentBytes,
      'token requests': found.asked,
      'heap bytes of one session when the cache is full': found.heapBytesWhenFull,
      'cached sessions': found.kept,
    },
  }
}
