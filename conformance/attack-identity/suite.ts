import type { Random } from '../attack/random.ts'
import type { Fixture } from './fixture.ts'

/** A response. If it contains a token, `text` is this token. */
export interface Seen {
  readonly status: number
  readonly text: string
  readonly ms: number
}

/** Result of one case. */
export interface Evidence {
  /** Description of the requests, so that they can be repeated. Contains no secrets. */
  readonly what: string
  /** Responses of the case. All must be refusals; in a suite of legitimate cases all must be successes. */
  readonly seen: readonly Seen[]
  /** Description of a wrong response that the suite itself has detected. */
  readonly escape?: string | undefined
  /** Description of a necessary step that failed, so that the case has no result. */
  readonly broken?: string | undefined
}

/** One kind of attack. */
export interface Suite {
  readonly name: string
  /** Description for the report. */
  readonly about: string
  /** Relative number of cases of this suite. Default: 1. */
  readonly weight?: number
  /**
   * Set if the cases are legitimate requests, which must succeed. Without such a suite, a server that refuses all
   * requests would pass.
   */
  readonly legitimate?: true
  /** Returns the reason why the suite cannot run, or undefined. */
  unavailable?(fixture: Fixture): string | undefined
  attack(fixture: Fixture, random: Random): Promise<Evidence>
  /**
   * Evaluates all cases of the suite together at the end of the run. Returns the faults that it found, and a remark for
   * the report.
   */
  conclude?(fixture: Fixture): { readonly found: readonly string[]; readonly remark: string }
}
