import { join } from 'node:path'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { Placement } from './cores.ts'

/** Shared state of one run of the benchmark. */
export interface BenchRun {
  readonly keeper: ProcessKeeper
  readonly placement: Placement
  /** Folder of this run, for logs and data that goes when it ends. */
  readonly folder: string
  readonly repeats: number
  readonly warmUpMs: number
  readonly durationMs: number
  /** Load that each server gets before its first figure, until V8 has compiled what is hot. Default none. */
  readonly firstLoadMs?: number
  /** Load processes; connections are divided among them. */
  readonly loaders: number
  readonly say: (line: string) => void
}

export function logOf(run: BenchRun, name: string): string {
  return join(run.folder, `${name}.log`)
}
