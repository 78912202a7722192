import { path } from '../../connection/path.ts'
import { readList } from '../../connection/pages.ts'
import {
  createOwnedNamespace,
  grantNamespaceLocation,
  listNamespaceLocations,
} from '../../management/generated/namespaces.ts'
import { setProtection } from '../../management/generated/protection.ts'
import type { Namespace } from '../../management/generated/schemas.ts'
import { formatSecurable } from '../../names/securable.ts'
import { mapBounded } from '../map-bounded.ts'
import type { ParsedNamespace, Sourced } from '../read/merge-documents.ts'
import { checkOwner, keptOwner } from './owner.ts'
import { maxParallel, type PlanContext } from './plan-context.ts'
import { createdItem, type PlannedChange, plannedItem, type PlannedItem } from './planned-item.ts'
import { sameLocation } from './same-location.ts'

type Entry = Sourced<ParsedNamespace>

/** Plans the changes of namespaces, and of their properties, protection and locations. */
export function planNamespaces(context: PlanContext): Promise<PlannedItem[]> {
  return mapBounded(context.desired.namespaces, maxParallel, (entry) => planNamespace(context, entry))
}

async function planNamespace(context: PlanContext, entry: Entry): Promise<PlannedItem> {
  const { name, warehouse, levels, locations = [] } = entry
  const existing = await context.server.namespace(warehouse, levels)
  if (existing !== null) return planChanges(context, entry, existing)
  await checkOwner(context, entry)
  await checkParent(context, entry)
  return createdItem('namespace', name, [
    create(context, entry),
    ...(entry.protected === true ? [protect(context, entry, true)] : []),
    ...locations.map((location) => grantLocation(context, entry, location)),
  ])
}

async function planChanges(context: PlanContext, entry: Entry, existing: Namespace): Promise<PlannedItem> {
  const { properties = {}, locations } = entry
  const changed = Object.entries(properties).filter(([key, value]) => existing.properties[key] !== value)
  const present = locations === undefined ? [] : await readLocations(context, entry)
  const changes = [
    ...(changed.length === 0 ? [] : [setProperties(context, entry, Object.fromEntries(changed))]),
    ...(entry.protected === undefined || entry.protected === existing.protected
      ? []
      : [protect(context, entry, entry.protected)]),
    ...(locations ?? [])
      .filter((location) => !present.some((each) => sameLocation(each, location)))
      .map((location) => grantLocation(context, entry, location)),
  ]
  const kept = [
    ...(entry.properties === undefined
      ? []
      : Object.keys(existing.properties)
          .filter((key) => !(key in properties))
          .map((key) => `property ${key}`)),
    ...present
      .filter((each) => locations?.some((location) => sameLocation(each, location)) === false)
      .map((location) => `location ${location}`),
    ...keptOwner(entry, existing),
  ]
  return plannedItem('namespace', entry.name, changes, kept)
}

/** Records a problem for a new namespace whose warehouse or parent neither exists nor is created by the same run. */
async function checkParent(context: PlanContext, { name, warehouse, levels, source }: Entry): Promise<void> {
  const { server, names, problems } = context
  const parent = levels.slice(0, -1)
  if (parent.length === 0) {
    // A caller that does not manage the warehouse may still be allowed to create namespaces in it. The server decides
    // that later.
    const isKnown =
      names.objects.has(formatSecurable({ warehouse })) || (await server.warehouseExists(warehouse))
    if (!isKnown)
      problems.push(
        `${source.at}: the warehouse ${warehouse} of namespace ${name} does not exist. Add it to warehouses`,
      )
    return
  }
  const isCreated = names.objects.has(formatSecurable({ warehouse, namespace: parent }))
  if (!isCreated && (await server.namespace(warehouse, parent)) === null)
    problems.push(`${source.at}: the parent of namespace ${name} does not exist. Add it to namespaces`)
}

function create(
  { session }: PlanContext,
  { warehouse, levels, owner, properties = {} }: Entry,
): PlannedChange {
  const { client } = session
  const isOwn = owner === undefined || owner === client.clientId
  return {
    stage: 'namespaces',
    depth: levels.length,
    text: 'create',
    send: () =>
      isOwn
        ? client.send({
            method: 'POST',
            path: path`/v1/${warehouse}/namespaces`,
            body: { namespace: levels, properties },
          })
        : createOwnedNamespace(client, { warehouse, body: { namespace: levels, owner, properties } }),
  }
}

function setProperties(
  { session }: PlanContext,
  { warehouse, levels }: Entry,
  updates: Readonly<Record<string, string>>,
): PlannedChange {
  const texts = Object.entries(updates).map(([key, value]) => `set ${key} to ${JSON.stringify(value)}`)
  return {
    stage: 'settings',
    text: texts.join(', '),
    send: () =>
      session.client.send({
        method: 'POST',
        path: path`/v1/${warehouse}/namespaces/${levels}/properties`,
        body: { updates, removals: [] },
      }),
  }
}

function protect({ session }: PlanContext, { warehouse, levels }: Entry, wanted: boolean): PlannedChange {
  return {
    stage: 'settings',
    text: wanted ? 'protect' : 'unprotect',
    send: () => setProtection(session.client, { warehouse, body: { namespace: levels, protected: wanted } }),
  }
}

function grantLocation(
  { session }: PlanContext,
  { warehouse, levels }: Entry,
  location: string,
): PlannedChange {
  return {
    stage: 'settings',
    text: `grant location ${location}`,
    send: () => grantNamespaceLocation(session.client, { warehouse, body: { namespace: levels, location } }),
  }
}

async function readLocations(
  { session }: PlanContext,
  { warehouse, levels }: Entry,
): Promise<readonly string[]> {
  const { items } = await readList(session, {
    key: 'locations',
    request: (page) =>
      listNamespaceLocations(session.client, { warehouse, query: { namespace: levels, ...page } }),
  })
  return items.map(({ location }) => location)
}
