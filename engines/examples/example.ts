import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { StagedExample } from './stage.ts'

export interface ExampleContext extends StagedExample {
  readonly keeper: ProcessKeeper
  readonly say: (line: string) => void
}

/** Installed programs that a run uses in place of the programs that a reader of the README would install. */
export interface ExamplePrograms {
  /** Folders that are added at the beginning of `PATH`. */
  readonly path?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Shell scripts that replace programs, keyed by the name of the program. */
  readonly programs?: Readonly<Record<string, string>>
}

/** Example in the folder `examples`. A runner executes the commands in its README. */
export interface Example {
  readonly name: string
  /** Whether a run with `--quick` includes the example, which then needs no Java and takes only a few seconds. */
  readonly quick: boolean
  /**
   * Installs the programs that the example needs. Returns the reason, as a sentence, if the example cannot run on this
   * machine.
   */
  prepare(context: ExampleContext): Promise<ExamplePrograms | string>
  /** Runs the example in another way than by the commands of its README, because these need a cluster. */
  run?(context: ExampleContext, programs: ExamplePrograms): Promise<void>
  /** Checks results that are not in the output of the commands. Receives all lines that the commands have printed. */
  check?(context: ExampleContext, printed: readonly string[]): Promise<void>
}
