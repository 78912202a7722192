import type { Random } from '../attack/random.ts'
import type { Fixture } from './fixture.ts'

/** Response to a request of an attack case. */
export interface Seen {
  readonly status: number
  /** Body and headers of the response. */
  readonly text: string
}

/** Result of one case, which the oracle evaluates. */
export interface Evidence {
  /** Description of the requests, with which a person can repeat them. Contains no secrets. */
  readonly what: string
  readonly seen: readonly Seen[]
  /** Sentences about faults that the suite itself has found. */
  readonly escapes: readonly string[]
  /** Description of a necessary step that failed, so that the case has no result. */
  readonly broken?: string
}

/** Suite of cases of one kind of attack. */
export interface Suite {
  readonly name: string
  /** Description of the suite in the report. */
  readonly about: string
  /** Relative frequency of cases of this suite. Default: 1. */
  readonly weight?: number
  /** Set in a suite of legitimate requests, which must succeed. */
  readonly legitimate?: true
  attack(fixture: Fixture, random: Random): Promise<Evidence>
  /** Evaluates all cases of the suite together after the run. Returns sentences about faults. */
  conclude?(fixture: Fixture): readonly string[]
}
