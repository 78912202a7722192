import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { StagedExample } from './stage.ts'

export interface ExampleContext extends StagedExample {
  readonly keeper: ProcessKeeper
  readonly say: (line: string) => void
}

/** Programs that replace those that the README tells its reader to install. */
export interface ExamplePrograms {
  /** Folders that are added in front of `PATH`. */
  readonly path?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Shell scripts by the names of the programs that they replace. */
  readonly programs?: Readonly<Record<string, string>>
}

/** An example of the folder `examples`, whose README the runner executes. */
export interface Example {
  readonly name: string
  /** Whether the example also runs with `--quick`, because it needs no Java and takes only a few seconds. */
  readonly quick: boolean
  /** Installs what the example needs. Returns a reason, as a sentence, if it cannot run on this machine. */
  prepare(context: ExampleContext): Promise<ExamplePrograms | string>
  /** Runs the example in another way than by the commands of its README, which need a cluster. */
  run?(context: ExampleContext, programs: ExamplePrograms): Promise<void>
  /** Checks results that the output of the commands does not show. Receives all lines that the commands printed. */
  check?(context: ExampleContext, printed: readonly string[]): Promise<void>
}
