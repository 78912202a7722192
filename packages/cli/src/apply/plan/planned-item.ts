import type { Kind } from './kind.ts'

/** Change of an object. `keep`: the documents do not contain it, and it remains. */
export type Action = 'create' | 'change' | 'delete' | 'none' | 'keep'

/** Stages of a run, in their order. The changes of a stage need no other change of the same stage. */
export const stages = [
  'principals',
  'credentials',
  'roles',
  'warehouses',
  'namespaces',
  'settings',
  'engines',
  'members',
  'grants',
  'removals',
] as const

export type Stage = (typeof stages)[number]

/** One request that changes the server. */
export interface PlannedChange {
  readonly stage: Stage
  /** Order within the stage: a namespace comes after its parent. Default: 0. */
  readonly depth?: number
  /** Description for people: `add member principal:etl`. It contains no secret. */
  readonly text: string
  readonly send: () => Promise<unknown>
}

/** Object of the documents, or a grant to remove, with the changes that it needs. */
export interface PlannedItem {
  readonly kind: Kind
  readonly name: string
  readonly action: Action
  readonly changes: readonly PlannedChange[]
  /** Settings, members and grants of the server that the documents do not contain. They remain. */
  readonly kept: readonly string[]
}

/** Returns the item of an object that exists: changed, or without a change. */
export function plannedItem(
  kind: Kind,
  name: string,
  changes: readonly PlannedChange[],
  kept: readonly string[] = [],
): PlannedItem {
  return { kind, name, action: changes.length === 0 ? 'none' : 'change', changes, kept }
}

/** Returns the item of an object to create. */
export function createdItem(kind: Kind, name: string, changes: readonly PlannedChange[]): PlannedItem {
  return { kind, name, action: 'create', changes, kept: [] }
}
