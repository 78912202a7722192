import type { S3Answer } from '../refresh/s3-request.ts'
import type { Lake, Mode } from './lake.ts'
import type { Random } from './random.ts'

/** Status, body and headers of an answer, of the catalog or the store. */
export type Seen = Pick<S3Answer, 'status' | 'text'> & { readonly contentLength?: string | undefined }

/** What came of one case. */
export interface Evidence {
  /** What was tried, so that it can be tried again; no secrets. */
  readonly what: string
  readonly seen: readonly Seen[]
  /** Whatever was tried, success alone is an escape. */
  readonly mustFail?: boolean
  /** An escape that the case has found out itself. */
  readonly escape?: string | undefined
}

/** One kind of attack. */
export interface AttackClass {
  readonly name: string
  /** The share of cases that it gets, in relation to the others. Default 1. */
  readonly weight?: number
  /** Cases make tables, which may lie at free places of the warehouse. */
  readonly makesTables?: boolean
  /** Cases must succeed: they show that what is refused elsewhere is not all there is. */
  readonly legitimate?: boolean
  readonly modes: readonly Mode[]
  /** Why it cannot be tried here; undefined when it can. */
  unavailable?(lake: Lake): string | undefined
  attack(lake: Lake, random: Random): Promise<Evidence>
}
