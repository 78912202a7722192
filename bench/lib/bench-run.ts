import { join } from 'node:path'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { Placement } from './cores.ts'

/** State that all cases of a benchmark run share. */
export interface BenchRun {
  readonly keeper: ProcessKeeper
  readonly placement: Placement
  /** Folder for logs and data of the run. It is deleted when the run ends. */
  readonly folder: string
  readonly repeats: number
  readonly warmUpMs: number
  readonly durationMs: number
  /**
   * Duration in ms of the load that each server receives before its first measurement, so that V8 compiles
   * the frequently executed code. Default: 0.
   */
  readonly firstLoadMs?: number
  /** Number of load processes. The connections are divided among them. */
  readonly loaders: number
  readonly say: (line: string) => void
}

export function toLogPath(run: BenchRun, name: string): string {
  return join(run.folder, `${name}.log`)
}
