import { join } from 'node:path'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { Placement } from './cores.ts'

/** Shared state of one run of the benchmark. */
export interface BenchRun {
  readonly keeper: ProcessKeeper
  readonly placement: Placement
  /** Folder for logs and data of this run. It is deleted when the run ends. */
  readonly folder: string
  readonly repeats: number
  readonly warmUpMs: number
  readonly durationMs: number
  /**
   * Duration of the load that each server serves before its first measurement, so that V8 compiles the hot code.
   * Default: 0.
   */
  readonly firstLoadMs?: number
  /** Number of load processes, which share the connections. */
  readonly loaders: number
  readonly say: (line: string) => void
}

export function toLogPath(run: BenchRun, name: string): string {
  return join(run.folder, `${name}.log`)
}
