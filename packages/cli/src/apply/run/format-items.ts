import type { Json, JsonObject } from '@headgate/json'
import { counted } from '../../output/counted.ts'
import type { Paint } from '../../output/paint.ts'
import { table } from '../../output/table.ts'
import type { Action, PlannedChange, PlannedItem } from '../plan/planned-item.ts'
import type { ChangeState } from './run-plan.ts'

type States = ReadonlyMap<PlannedChange, ChangeState>

const colours = { create: 'green', change: 'yellow', delete: 'red', none: 'dim', keep: 'dim' } as const

/** Formats a plan, or the result of a run, as a table with one line for each object that the documents contain. */
export function formatItems(paint: Paint, items: readonly PlannedItem[], states?: States): string {
  const shown = items.filter(({ action }) => action !== 'keep')
  if (shown.length === 0) return ''
  return table(paint, shown, [
    { heading: 'action', cell: ({ action }) => formatAction(action), paint: ({ action }) => colours[action] },
    { heading: 'kind', cell: ({ kind }) => kind },
    { heading: 'name', cell: ({ name }) => name },
    ...(states === undefined
      ? []
      : [{ heading: 'result', cell: (item: PlannedItem) => formatResult(item, states) }]),
    { heading: 'changes', cell: ({ changes }) => changes.map(({ text }) => text).join('; ') || null },
  ])
}

function formatAction(action: Action): string {
  return action === 'none' ? 'no change' : action
}

function formatResult({ changes }: PlannedItem, states: States): string {
  const found = new Set(changes.map((change) => states.get(change) ?? 'planned'))
  if (found.has('failed')) return 'failed'
  if (!found.has('planned')) return 'done'
  return found.has('done') ? 'partly done' : 'not tried'
}

/** Number of objects by planned action, and the number of kept settings, members and grants. */
export type Summary = Readonly<Record<'create' | 'change' | 'delete' | 'unchanged' | 'kept', number>>

export function summarize(items: readonly PlannedItem[]): Summary {
  const count = (wanted: Action): number => items.filter(({ action }) => action === wanted).length
  return {
    create: count('create'),
    change: count('change'),
    delete: count('delete'),
    unchanged: count('none'),
    kept: items.reduce((sum, { kept }) => sum + kept.length, 0),
  }
}

/** Formats the numbers of objects to create, change and delete as a sentence. */
export function formatSummary({ create, change, delete: deleted, unchanged }: Summary): string {
  return `${counted(create, 'object')} to create, ${change} to change, ${deleted} to delete, ${unchanged} without a change.`
}

/** Returns the items of a plan as JSON. If `states` is set, each change contains its state. */
export function itemsToJson(items: readonly PlannedItem[], states?: States): readonly JsonObject[] {
  return items.map(({ kind, name, action, changes, kept }) => ({
    action,
    kind,
    name,
    changes: changes.map((change) => changeToJson(change, states?.get(change))),
    kept: [...kept],
  }))
}

function changeToJson({ text }: PlannedChange, state: ChangeState | undefined): Json {
  return state === undefined ? text : { change: text, state: state === 'planned' ? 'not-tried' : state }
}
