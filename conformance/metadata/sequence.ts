import type { Json, JsonObject } from '@headgate/json'

/**
 * Sequence of inputs for both models. It is plain JSON, so that a run can write it to a file, from which it is
 * repeated.
 */
export interface Sequence {
  readonly kind: 'table' | 'view'
  /** Body of the createTable request, or null if the first commit creates the table or view. */
  readonly create: JsonObject | null
  /** Updates of each commit, in order. */
  readonly commits: readonly (readonly Json[])[]
  /** Metadata documents that both models read. Most of them are damaged. */
  readonly documents: readonly Json[]
}

/** Difference between the results of the two models in one step of a sequence. */
export interface Difference {
  readonly relation: Sequence['kind']
  /** Name of the step, such as `create`, `commit 3` or `document 1`. */
  readonly step: string
  readonly kind: DifferenceKind
  /** Path at which two metadata documents differ, without list indices. Empty for other kinds of differences. */
  readonly path: string
  readonly headgate: string
  readonly java: string
  /** Actions of the updates in the step. */
  readonly actions: readonly string[]
}

/**
 * Kinds of differences:
 * - `crash`: Headgate's model throws an unexpected error
 * - `unreadable`: Java refuses to read the document of Headgate
 * - `read-back`: Java reads other values than Headgate wrote
 * - `verdict`: only one model accepts the input, or only one asks the client to repeat it
 * - `result`: both accept, with different documents
 * - `changed`: both accept, but only one detects a change to commit
 */
export const differenceKinds = ['crash', 'unreadable', 'read-back', 'verdict', 'result', 'changed'] as const
export type DifferenceKind = (typeof differenceKinds)[number]

/** Time of the first commit in epoch ms. Each further commit is one second later. All times are in the past. */
export const START = 1_600_000_000_000
export const UUID = '6a1f2c8e-3b5d-4c7f-9e2a-0d4b8c6f1a23'

export const commitTime = (commit: number): number => START + 1000 * (commit + 1)

/** Returns the location of the metadata file that the commit with this number replaces. */
export const fileBefore = (commit: number): string => `s3://b/t/metadata/${commit}.metadata.json`
