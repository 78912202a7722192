import type { Random } from '../attack/random.ts'
import type { Fixture } from './fixture.ts'

/** A response to the attacker. */
export interface Seen {
  readonly status: number
  /** Body and headers. */
  readonly text: string
}

/** Result of one case. */
export interface Evidence {
  /** Description of the requests, so that they can be repeated. Contains no secrets. */
  readonly what: string
  readonly seen: readonly Seen[]
  /** Sentences about faults that the suite itself has detected. */
  readonly escapes: readonly string[]
  /** Description of a necessary step that failed, so that the case has no result. */
  readonly broken?: string
}

/** One kind of attack. */
export interface Suite {
  readonly name: string
  /** Description for the report. */
  readonly about: string
  /** Relative number of cases of this suite. Default: 1. */
  readonly weight?: number
  /** Set if the cases are legitimate requests, which must succeed. */
  readonly legitimate?: true
  attack(fixture: Fixture, random: Random): Promise<Evidence>
  /** Evaluates all cases together at the end of the run. Returns sentences about faults. */
  conclude?(fixture: Fixture): readonly string[]
}
