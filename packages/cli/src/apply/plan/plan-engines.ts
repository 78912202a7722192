import { createEngine, getEngine, updateEngine } from '../../management/generated/engines.ts'
import type { Engine, EngineChange } from '../../management/generated/schemas.ts'
import { mapBounded } from '../map-bounded.ts'
import type { EngineEntry } from '../document/engine-entry.ts'
import type { Sourced } from '../read/merge-documents.ts'
import { granteeKey } from './grantee-key.ts'
import { maxParallel, type PlanContext } from './plan-context.ts'
import { createdItem, plannedItem, type PlannedItem } from './planned-item.ts'
import { sameSet, sameValue } from './same-value.ts'
import { orNull } from './server-state.ts'

type Entry = Sourced<EngineEntry>

/** Plans the changes of engines and of their limits. */
export function planEngines(context: PlanContext): Promise<PlannedItem[]> {
  return mapBounded(context.desired.engines, maxParallel, (entry) => planEngine(context, entry))
}

async function planEngine(context: PlanContext, entry: Entry): Promise<PlannedItem> {
  const { source, principal, ...settings } = entry
  const { client } = context.session
  const existing = await orNull(() => getEngine(client, { engine: principal }))
  if (existing === null) {
    if ((await granteeKey(context, { principal })) === null)
      context.problems.push(
        `${source.at}: the principal ${principal} of the engine does not exist. Add it to principals`,
      )
    const send = (): Promise<unknown> => createEngine(client, { body: { principal, ...settings } })
    return createdItem('engine', principal, [{ stage: 'engines', text: 'create', send }])
  }
  const changed = Object.entries(settings).filter(
    ([name, value]) => value !== undefined && !isSame(name, value, existing),
  )
  if (changed.length === 0) return plannedItem('engine', principal, [])
  const body: EngineChange = Object.fromEntries(changed)
  const text = changed.map(([name, value]) => `set ${name} to ${JSON.stringify(value)}`).join(', ')
  return plannedItem('engine', principal, [
    { stage: 'engines', text, send: () => updateEngine(client, { engine: principal, body }) },
  ])
}

/** Returns whether a setting of an engine already has the desired value. Ignores the order of lists. */
function isSame(name: string, wanted: unknown, existing: Engine): boolean {
  if (name === 'warehouses') return isSameLimit(wanted, existing.warehouses)
  if (name === 'privileges') return isSameLimit(wanted, existing.privileges)
  return sameValue(wanted, (existing as Readonly<Record<string, unknown>>)[name])
}

function isSameLimit(wanted: unknown, present: readonly string[] | null): boolean {
  return Array.isArray(wanted) && present !== null ? sameSet(wanted as string[], present) : wanted === present
}
