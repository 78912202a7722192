import type { Random } from '../attack/random.ts'
import type { Fixture } from './fixture.ts'

/** Response that a case received. If the response contains a token, `text` is this token. */
export interface Seen {
  readonly status: number
  readonly text: string
  readonly ms: number
}

/** Result of one case, which the oracle evaluates. */
export interface Evidence {
  /** Description of the requests, with which a person can repeat them. Contains no secrets. */
  readonly what: string
  /** Responses of the case. All must be refusals, or successes in a suite of legitimate requests. */
  readonly seen: readonly Seen[]
  /** Description of a wrong response that the suite itself has detected. */
  readonly escape?: string | undefined
  /** Description of a necessary step that failed, so that the case has no result. */
  readonly broken?: string | undefined
}

/** Suite of cases of one kind of attack. */
export interface Suite {
  readonly name: string
  /** Description of the suite in the report. */
  readonly about: string
  /** Relative frequency of cases of this suite. Default: 1. */
  readonly weight?: number
  /**
   * Set in a suite of legitimate requests, which must succeed. They prove that the server does not refuse all
   * requests.
   */
  readonly legitimate?: true
  /** Returns the reason why the suite cannot run with a fixture, or undefined if it can. */
  unavailable?(fixture: Fixture): string | undefined
  attack(fixture: Fixture, random: Random): Promise<Evidence>
  /**
   * Evaluates all cases of the suite together after the run, for example their response times. Returns the faults that
   * it found, and a remark for the report.
   */
  conclude?(fixture: Fixture): { readonly found: readonly string[]; readonly remark: string }
}
