import type { World } from './world.ts'

/** One promise about a row of the table of features. */
export interface Check {
  /** `S1` to `S26`. */
  readonly row: string
  readonly name: string
  /** The promise, as a sentence. */
  readonly about: string
  /**
   * @returns something worth saying about how the promise is kept
   * @throws Failed, NotOffered, NotChecked
   */
  run(world: World): Promise<string | undefined>
}

/** `not offered`: the server says, or shows, that it has no such thing. `not checked`: what it takes to look is missing. */
export type Outcome = 'ok' | 'failed' | 'not offered' | 'not checked'

export interface CheckResult {
  readonly row: string
  readonly name: string
  readonly about: string
  readonly outcome: Outcome
  readonly reason: string
  readonly ms: number
}

export class NotOffered extends Error {
  override readonly name = 'NotOffered'
}

export class NotChecked extends Error {
  override readonly name = 'NotChecked'
}

export function notOffered(reason: string): never {
  throw new NotOffered(reason)
}

/** @param needs what it would take */
export function notChecked(needs: string): never {
  throw new NotChecked(`needs ${needs}`)
}
