import type { Json } from '@headgate/json'
import { HeadgateError } from '@headgate/errors'
import { formatNamespace, type Namespace, type OperationId } from '@headgate/iceberg/rest'
import { listFilter, shownIn } from '../access/decide.ts'
import type { Policy } from '../access/policy.ts'
import { authorizeWarehouse } from '../catalog/find-warehouse.ts'
import type { Caller } from '../catalog/caller.ts'
import { missingNamespace, missingWarehouse } from '../catalog/existing.ts'
import { type Warehouse, warehouseChain } from '../catalog/warehouses.ts'
import { joinLevels, splitLevels } from '../namespace-path.ts'
import type { Chain, ObjectNames } from '../privilege.ts'
import { listChildPaths } from '../store/namespaces.ts'
import { listRelationNames, type RelationKind } from '../store/relations.ts'
import type { UpstreamDeps } from './deps.ts'
import { authorizeNamespace } from './find-name.ts'
import type { Upstream } from './upstream.ts'

/** Maximum number of names of one list of an upstream that the server reads for one request. */
const maxNames = 100_000

/** Page that a client requests, with the page token of the upstream. Null: the client requests the whole list. */
export type UpstreamPage = { readonly token: string; readonly size: number } | null

export interface UpstreamList<T> {
  readonly items: readonly T[]
  /** Page token of the upstream for the next page. Null: there is none. */
  readonly next: string | null
}

/** Lists the tables or views of a namespace of an upstream that the caller may see. */
export async function listRelations(
  deps: UpstreamDeps,
  caller: Caller,
  { warehouse, namespace, kind }: { warehouse: Warehouse; namespace: Namespace; kind: RelationKind },
  page: UpstreamPage,
  signal: AbortSignal,
): Promise<UpstreamList<string>> {
  const found = await authorizeNamespace(deps, caller, warehouse, namespace, 'use')
  const visible = await visibleNames(found.policy, found.chain, (filter) =>
    found.id === null ? Promise.resolve([]) : listRelationNames(deps.sql, found.id, kind, filter),
  )
  const upstream = await deps.upstreams.get(warehouse)
  const id: OperationId = kind === 'table' ? 'listTables' : 'listViews'
  // An upstream without views has none to list.
  if (kind === 'view' && !(await upstream.offers(id, signal))) return { items: [], next: null }
  const read = { upstream, id, namespace, parent: undefined, member: 'identifiers' }
  const missing = (): HeadgateError => missingNamespace(namespace)
  const listed = await readPages(read, page, missing, signal)
  const names = listed.items.flatMap((item) => nameIn(item))
  const isShown = shownIn<string>(found.policy, (name) => ({
    ...found.chain.names,
    relation: { kind, name },
  }))
  return { items: names.filter((name) => visible(name) && (isShown?.(name) ?? true)), next: listed.next }
}

/** Lists the namespaces of an upstream directly below the warehouse or below a namespace that the caller may see. */
export async function listNamespaces(
  deps: UpstreamDeps,
  caller: Caller,
  { warehouse, parent }: { warehouse: Warehouse; parent: Namespace | null },
  page: UpstreamPage,
  signal: AbortSignal,
): Promise<UpstreamList<Namespace>> {
  const above =
    parent === null
      ? { policy: caller.policy, chain: warehouseChain(warehouse), id: null }
      : await authorizeNamespace(deps, caller, warehouse, parent, 'use')
  if (parent === null) authorizeWarehouse(caller, warehouse, 'use')
  const visible = await visibleNames(above.policy, above.chain, (filter) =>
    parent !== null && above.id === null
      ? Promise.resolve([])
      : listChildPaths(deps.sql, warehouse.id, above.id, filter),
  )
  const upstream = await deps.upstreams.get(warehouse)
  const read = { upstream, id: 'listNamespaces', namespace: undefined, parent, member: 'namespaces' } as const
  const missing = (): HeadgateError =>
    parent === null ? missingWarehouse(warehouse.name) : missingNamespace(parent)
  const listed = await readPages(read, page, missing, signal)
  const depth = (parent?.length ?? 0) + 1
  const paths = listed.items.flatMap((item) => levelsIn(item, depth))
  const isShown = shownIn<string>(above.policy, (path): ObjectNames => ({
    ...above.chain.names,
    namespace: splitLevels(path),
    relation: null,
  }))
  const shown = [...new Set(paths)].filter((path) => visible(path) && (isShown?.(path) ?? true))
  return { items: shown.map(splitLevels), next: listed.next }
}

/**
 * Returns a function that tells whether the caller may see an object of the upstream. A caller with rights on the parent
 * sees all objects; any other caller sees those whose rows it has rights on.
 */
async function visibleNames(
  policy: Policy,
  chain: Chain,
  list: (filter: {
    readonly after: null
    readonly ids: readonly string[]
    readonly owners: readonly string[]
    readonly limit: number
  }) => Promise<readonly string[]>,
): Promise<(name: string) => boolean> {
  const filter = listFilter(policy, chain)
  if (filter.all) return () => true
  const names = await list({ after: null, ids: filter.ids, owners: [filter.principalId], limit: maxNames })
  const visible = new Set(names)
  return (name) => visible.has(name)
}

interface ListRead {
  readonly upstream: Upstream
  readonly id: OperationId
  readonly namespace: Namespace | undefined
  readonly parent: Namespace | null | undefined
  readonly member: string
}

/** Reads one page of a list, or all its pages when the client requests the whole list. */
async function readPages(
  { upstream, id, namespace, parent, member }: ListRead,
  page: UpstreamPage,
  missing: () => HeadgateError,
  signal: AbortSignal,
): Promise<UpstreamList<Json>> {
  const { separator } = await upstream.config(signal)
  const items: Json[] = []
  let token: string | null = page?.token ?? ''
  for (;;) {
    const body: Json = await upstream.callJson(
      {
        id,
        target: namespace === undefined ? {} : { namespace },
        query: {
          ...(parent === null || parent === undefined
            ? {}
            : { parent: parent.join(decodeURIComponent(separator)) }),
          pageToken: token,
          pageSize: String(page?.size ?? 1_000),
        },
        missing,
      },
      signal,
    )
    const found = member in asObject(body) ? asObject(body)[member] : null
    if (!Array.isArray(found))
      throw new HeadgateError('bad-gateway', `The upstream returned a list without ${member}.`)
    items.push(...found)
    const next = asObject(body)['next-page-token']
    token = typeof next === 'string' && next !== '' && found.length > 0 ? next : null
    if (items.length > maxNames)
      throw new HeadgateError(
        'unprocessable',
        `The upstream lists more than ${maxNames} names${namespace === undefined ? '' : ` in ${formatNamespace(namespace)}`}: request pages with pageToken and pageSize.`,
      )
    if (page !== null || token === null) return { items, next: token }
  }
}

function nameIn(item: Json): string[] {
  const { name } = asObject(item)
  return typeof name === 'string' ? [name] : []
}

/** Returns the path of a namespace in a list. Some catalogs list all descendants, which are left out. */
function levelsIn(item: Json, depth: number): string[] {
  if (!Array.isArray(item) || item.length !== depth) return []
  const levels = item.filter((level) => typeof level === 'string')
  return levels.length === depth ? [joinLevels(levels)] : []
}

function asObject(value: Json): Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, Json>>)
    : {}
}
