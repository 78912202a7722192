import type { Random } from '../attack/random.ts'
import type { Fixture } from './fixture.ts'

/** Response of the catalog or the storage gateway to an attack. */
export interface Seen {
  readonly status: number
  readonly text: string
}

export interface Outcome {
  /** Description of the attempt, in a few words. */
  readonly what: string
  readonly seen: readonly Seen[]
  /** Set if a response below 400 is an escape. */
  readonly mustFail?: boolean
  /** Set if the attack expects success, to show that the server does not refuse everything. */
  readonly isLegitimate?: boolean
  /** Set if the server may report damage of the table with the status 500. */
  readonly mayReportDamage?: boolean
}

export interface Suite {
  readonly name: string
  readonly about: string
  readonly weight: number
  /** Prepares the cases of a run. */
  open(fixture: Fixture): Promise<(random: Random) => Promise<Outcome>>
}
