import type { S3Response } from '../refresh/s3-request.ts'
import type { Fixture, Mode } from './fixture.ts'
import type { Random } from './random.ts'

/** Status, body and Content-Length of a response of the catalog or the object store. */
export type Seen = Pick<S3Response, 'status' | 'text'> & { readonly contentLength?: string | undefined }

/** Result of one case. */
export interface Evidence {
  /** Description of the requests, so that they can be repeated. Contains no secrets. */
  readonly what: string
  readonly seen: readonly Seen[]
  /** Whether the server must refuse every request of the case, so that any success is an escape. */
  readonly mustFail?: boolean
  /** Description of an escape that the suite itself has detected. */
  readonly escape?: string | undefined
}

/** One kind of attack. */
export interface AttackSuite {
  readonly name: string
  /** Relative number of cases of this suite. Default: 1. */
  readonly weight?: number
  /** Whether the cases create tables, possibly at free locations of the warehouse. */
  readonly makesTables?: boolean
  /**
   * Whether the cases are legitimate requests, which must succeed. They prove that the server does not refuse all
   * requests.
   */
  readonly legitimate?: boolean
  readonly modes: readonly Mode[]
  /** Returns the reason why the suite cannot run, or undefined. */
  unavailable?(fixture: Fixture): string | undefined
  /** Returns the time to wait before the suite can run, in words, or undefined. */
  waits?(fixture: Fixture): string | undefined
  attack(fixture: Fixture, random: Random): Promise<Evidence>
}
