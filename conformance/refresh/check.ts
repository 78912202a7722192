import type { World } from './world.ts'

/** One promise of the extension. */
export interface Check {
  readonly name: string
  /** The promise, as a sentence. */
  readonly about: string
  /**
   * @returns something worth saying about how the promise is kept
   * @throws Failed, NotApplicable
   */
  run(world: World): Promise<string | undefined>
}

export type Outcome = 'ok' | 'failed' | 'not applicable'

export interface CheckResult {
  readonly name: string
  readonly about: string
  readonly outcome: Outcome
  readonly reason: string
  readonly ms: number
}
