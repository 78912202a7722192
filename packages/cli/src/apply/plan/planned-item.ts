import type { Kind } from './kind.ts'

/**
 * Planned action on an object. The action `keep` means that the documents do not contain the object, and that it is
 * not deleted.
 */
export type Action = 'create' | 'change' | 'delete' | 'none' | 'keep'

/**
 * Stages of a run of `headgate apply`, in order. All changes of a stage can be made simultaneously, except changes
 * with different `depth`.
 */
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
  /**
   * Order within the stage: changes with a lower depth are made first, so that a namespace is created after its
   * parent. Default: 0.
   */
  readonly depth?: number
  /** Description of the change for people, without secrets, such as `add member principal:etl`. */
  readonly text: string
  readonly send: () => Promise<unknown>
}

/** Object of the documents, or a grant to remove, with the changes that it needs. */
export interface PlannedItem {
  readonly kind: Kind
  readonly name: string
  readonly action: Action
  readonly changes: readonly PlannedChange[]
  /** Settings, members and grants of the server that the documents do not contain, and that the run does not remove. */
  readonly kept: readonly string[]
}

/** Returns the item of an existing object: `change` if it has changes, otherwise `none`. */
export function plannedItem(
  kind: Kind,
  name: string,
  changes: readonly PlannedChange[],
  kept: readonly string[] = [],
): PlannedItem {
  return { kind, name, action: changes.length === 0 ? 'none' : 'change', changes, kept }
}

/** Returns the item of an object that the run creates. */
export function createdItem(kind: Kind, name: string, changes: readonly PlannedChange[]): PlannedItem {
  return { kind, name, action: 'create', changes, kept: [] }
}
