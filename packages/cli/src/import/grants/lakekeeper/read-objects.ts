import { mapBounded } from '../../../apply/map-bounded.ts'
import { formatLevels } from '../../../names/dotted.ts'
import { visible } from '../../../output/visible.ts'
import { readAllPages } from '../read-pages.ts'
import { objectKey, type SourceObject, type VisitedObjects } from '../source-grants.ts'
import { sourcePath } from '../source-path.ts'
import { unlessRefused } from '../source-refused-error.ts'
import {
  type Assignment,
  assignmentsDecoder,
  namespaceDecoder,
  namespacePropertiesDecoder,
  relationsDecoder,
} from './lakekeeper-api.ts'
import type { Reading } from './reading.ts'

/** Object of Lakekeeper with its assignments, which are the relations of users and roles to the object. */
export interface AssignedObject {
  readonly on: SourceObject
  readonly assignments: readonly Assignment[]
  /** Whether owners of the object may not grant rights on it. */
  readonly managedAccess: boolean
}

/** Namespace of Lakekeeper, with its id. */
interface KnownNamespace {
  readonly namespace: readonly string[]
  readonly id: string
  /** Whether owners of objects in the namespace may not grant rights on these objects. */
  readonly managed: boolean
}

/** Table or view with its id, which the request for its assignments needs. */
interface KnownRelation {
  readonly on: SourceObject
  readonly id: string
  readonly managed: boolean
}

/** Reads from Lakekeeper the assignments of the namespaces, tables and views that an import visited. */
export async function readObjects(
  reading: Reading,
  { namespaces, relations }: VisitedObjects,
): Promise<readonly AssignedObject[]> {
  const { parallel, stop, progress } = reading.context
  const wanted = new Set(relations.map(objectKey))
  let done = 0
  const found = await mapBounded(namespaces, parallel, async (namespace) => {
    stop.throwIfAborted()
    const known = await findNamespace(reading, namespace)
    const inside = known === null ? [] : await listRelations(reading, known, wanted)
    const assigned = known === null ? null : await readNamespace(reading, known)
    progress(`${++done} of ${namespaces.length} namespaces`)
    return { inside, assigned }
  })
  const known = found.flatMap(({ inside }) => inside)
  let read = 0
  const assignedRelations = await mapBounded(known, parallel, async (relation) => {
    stop.throwIfAborted()
    const assigned = await readRelation(reading, relation)
    progress(`${++read} of ${known.length} tables and views`)
    return assigned
  })
  return [...found.map(({ assigned }) => assigned), ...assignedRelations].filter((each) => each !== null)
}

async function findNamespace(reading: Reading, namespace: readonly string[]): Promise<KnownNamespace | null> {
  const { api, catalog, prefix, management } = reading
  return await report(reading, `namespace ${formatLevels(namespace)}`, async () => {
    const path = `${prefix}${sourcePath`/namespaces/${namespace.join('\u001f')}`}`
    const { 'namespace-uuid': id } = await api.get(catalog, path, namespaceDecoder, { returnUuid: 'true' })
    return { namespace, id, managed: await isManaged(reading, management, id) }
  })
}

/**
 * Returns whether a namespace of Lakekeeper has managed access: owners of objects in it may not grant rights on them.
 * Returns true if the setting cannot be read.
 */
async function isManaged({ api }: Reading, management: string, id: string): Promise<boolean> {
  const properties = await unlessRefused(
    () => api.get(management, `/permissions/namespace/${id}`, namespacePropertiesDecoder),
    () => undefined,
  )
  return properties === null || properties['managed-access-inherited']
}

async function readNamespace(
  reading: Reading,
  { namespace, id, managed }: KnownNamespace,
): Promise<AssignedObject | null> {
  return await report(reading, `namespace ${formatLevels(namespace)}`, async () => {
    const { assignments } = await reading.api.get(
      reading.management,
      `/permissions/namespace/${id}/assignments`,
      assignmentsDecoder,
    )
    // `managed` can be the setting of the namespace itself, which restricts only owners of objects in it, or of a
    // parent, which also restricts the owner of the namespace. The source does not state which, so the owner of the
    // namespace counts as restricted.
    return { on: { kind: 'namespace', namespace }, assignments, managedAccess: managed }
  })
}

/** Lists the visited tables and views of a namespace with their ids. */
async function listRelations(
  reading: Reading,
  { namespace, managed }: KnownNamespace,
  wanted: ReadonlySet<string>,
): Promise<readonly KnownRelation[]> {
  const lists = []
  for (const kind of ['table', 'view'] as const) {
    const what = `${kind}s of namespace ${formatLevels(namespace)}`
    const listed = await report(reading, what, () => listIds(reading, namespace, kind))
    lists.push(...(listed ?? []))
  }
  return lists.filter(({ on }) => wanted.has(objectKey(on))).map((relation) => ({ ...relation, managed }))
}

async function listIds(
  { api, catalog, prefix }: Reading,
  namespace: readonly string[],
  kind: 'table' | 'view',
): Promise<readonly Omit<KnownRelation, 'managed'>[]> {
  const path = `${prefix}${sourcePath`/namespaces/${namespace.join('\u001f')}`}/${kind}s`
  return await readAllPages(async (pageToken) => {
    const query = { returnUuids: 'true', pageSize: 1000, pageToken: pageToken ?? '' }
    const page = await api.get(catalog, path, relationsDecoder, query)
    const items = page.identifiers.map(({ name }, index) => ({
      on: { kind, namespace, name },
      id: page['table-uuids'][index] ?? '',
    }))
    return { items, next: page['next-page-token'] }
  })
}

async function readRelation(
  reading: Reading,
  { on, id, managed }: KnownRelation,
): Promise<AssignedObject | null> {
  const { api, management, warehouse } = reading
  return await report(reading, `${on.kind} ${formatLevels([...on.namespace, on.name ?? ''])}`, async () => {
    const path = `/permissions/warehouse/${warehouse}/${on.kind}/${id}/assignments`
    const { assignments } = await api.get(management, path, assignmentsDecoder)
    return { on, assignments, managedAccess: managed }
  })
}

/**
 * Sends requests about one object. If Lakekeeper refuses a request, records the reason in the review document and
 * returns null.
 */
async function report<Result>(
  { problems }: Reading,
  what: string,
  request: () => Promise<Result>,
): Promise<Result | null> {
  return await unlessRefused(request, ({ message }) =>
    problems.push(`The grants on ${visible(what)} could not be read: ${message}.`),
  )
}
