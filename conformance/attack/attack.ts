import type { S3Response } from '../refresh/s3-request.ts'
import type { Fixture, Mode } from './fixture.ts'
import type { Random } from './random.ts'

/** Status, body and Content-Length of a response of the catalog or the object store. */
export type Seen = Pick<S3Response, 'status' | 'text'> & { readonly contentLength?: string | undefined }

/** Result of one case, which the oracle evaluates. */
export interface Evidence {
  /** Description of the requests, with which a person can repeat them. Contains no secrets. */
  readonly what: string
  readonly seen: readonly Seen[]
  /** Whether the server must refuse all requests of the case, so that any success counts as a successful attack. */
  readonly mustFail?: boolean
  /** Description of a successful attack that the suite itself has found. */
  readonly escape?: string | undefined
}

/** Suite of cases of one kind of attack. */
export interface AttackSuite {
  readonly name: string
  /** Relative frequency of cases of this suite. Default: 1. */
  readonly weight?: number
  /** Whether the cases create tables, possibly at locations of the warehouse that no table uses. */
  readonly makesTables?: boolean
  /**
   * Whether the cases are legitimate requests, which must succeed. They prove that the server does not refuse all
   * requests.
   */
  readonly legitimate?: boolean
  readonly modes: readonly Mode[]
  /** Returns the reason why the suite cannot run with a fixture, or undefined if it can. */
  unavailable?(fixture: Fixture): string | undefined
  /** Returns a text with the time that must pass before the suite can run, or undefined. */
  waits?(fixture: Fixture): string | undefined
  attack(fixture: Fixture, random: Random): Promise<Evidence>
}
