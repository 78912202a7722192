import type { Json, JsonObject } from '@headgate/json'

/** Input of one comparison. Plain JSON: it is written to a file when it shows a difference, and replayed from there. */
export interface Sequence {
  readonly kind: 'table' | 'view'
  /** Body of `createTable`, or null where the first commit creates the table or view. */
  readonly create: JsonObject | null
  /** The updates of each commit. */
  readonly commits: readonly (readonly Json[])[]
  /** Documents that both models are to read, mostly damaged ones. */
  readonly documents: readonly Json[]
}

/** A disagreement of the two models about one step of a sequence. */
export interface Difference {
  readonly relation: Sequence['kind']
  /** `create`, `commit 3`, `document 1`. */
  readonly step: string
  readonly kind: DifferenceKind
  /** Where two documents differ, indices left out, or the empty string. */
  readonly path: string
  readonly headgate: string
  readonly java: string
  /** Actions of the updates of the step. */
  readonly actions: readonly string[]
}

/**
 * - `crash`: our model throws what is no refusal
 * - `unreadable`: Java refuses to read what we wrote
 * - `read-back`: Java reads something else than we wrote
 * - `verdict`: one model accepts, the other refuses, or one says that the client should retry
 * - `result`: both accept, and make different documents
 * - `changed`: both accept, and disagree on whether there is a change to commit
 */
export const differenceKinds = ['crash', 'unreadable', 'read-back', 'verdict', 'result', 'changed'] as const
export type DifferenceKind = (typeof differenceKinds)[number]

/** Epoch milliseconds of the first commit; commits follow a second apart. Earlier than any clock that Java looks at. */
export const START = 1_600_000_000_000
export const UUID = '6a1f2c8e-3b5d-4c7f-9e2a-0d4b8c6f1a23'

export const timeOf = (commit: number): number => START + 1000 * (commit + 1)

/** The metadata file of the state before a commit. */
export const fileBefore = (commit: number): string => `s3://b/t/metadata/${commit}.metadata.json`
