import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { StagedExample } from './stage.ts'

export interface ExampleContext extends StagedExample {
  readonly keeper: ProcessKeeper
  readonly say: (line: string) => void
}

/** Installed programs that replace the programs that the README tells the reader to install. */
export interface ExamplePrograms {
  /** Folders that are added in front of `PATH`. */
  readonly path?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Shell scripts. The key is the name of the program that the script replaces. */
  readonly programs?: Readonly<Record<string, string>>
}

/** An example of the folder `examples`, whose README the runner executes. */
export interface Example {
  readonly name: string
  /** Whether a run with `--quick` includes the example: it needs no Java and takes only a few seconds. */
  readonly quick: boolean
  /** Installs what the example needs. Returns a reason, as a sentence, if it cannot run on this machine. */
  prepare(context: ExampleContext): Promise<ExamplePrograms | string>
  /** Runs the example without the commands of its README, for an example whose commands need a cluster. */
  run?(context: ExampleContext, programs: ExamplePrograms): Promise<void>
  /** Checks results that the output of the commands does not show. Receives all lines that the commands printed. */
  check?(context: ExampleContext, printed: readonly string[]): Promise<void>
}
