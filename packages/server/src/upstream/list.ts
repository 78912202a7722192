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
import { listEarlyNames } from '../store/early-tables.ts'
import { listChildPaths } from '../store/namespaces.ts'
import { listRelationNames, type IcebergKind } from '../store/relations.ts'
import type { UpstreamDeps } from './deps.ts'
import { authorizeNamespace } from './find-name.ts'
import { joinNamespace } from './remote-names.ts'
import type { Upstream } from './upstream.ts'

/** Maximum number of names that the server reads from the upstream catalog for one list request. */
const maxNames = 100_000

/**
 * Page that a client requests: the page token from the previous page, and the page size. Null when the client
 * requests the whole list.
 */
export type UpstreamPage = { readonly token: string; readonly size: number } | null

export interface UpstreamList<T> {
  readonly items: readonly T[]
  /** Token of the next page. Null for the last page. */
  readonly next: string | null
}

/** Lists the tables or views of a namespace in an upstream catalog that the caller may see. */
export async function listRelations(
  deps: UpstreamDeps,
  caller: Caller,
  { warehouse, namespace, kind }: { warehouse: Warehouse; namespace: Namespace; kind: IcebergKind },
  page: UpstreamPage,
  signal: AbortSignal,
): Promise<UpstreamList<string>> {
  const found = await authorizeNamespace(deps, caller, warehouse, namespace, 'use')
  const visible = await visibleNames(found.policy, found.chain, (filter) =>
    found.id === null ? Promise.resolve([]) : listRelationNames(deps.sql, found.id, kind, filter),
  )
  const upstream = await deps.upstreams.get(warehouse, caller)
  const id: OperationId = kind === 'table' ? 'listTables' : 'listViews'
  // An upstream catalog that does not support views contains no views.
  if (kind === 'view' && !(await upstream.offers(id, signal))) return { items: [], next: null }
  const read = { upstream, id, namespace, parent: undefined, member: 'identifiers' }
  const missing = (): HeadgateError => missingNamespace(namespace)
  const isShown = shownIn<string>(found.policy, (name) => ({
    ...found.chain.names,
    relation: { kind, name },
  }))
  const hidden = new Set(kind === 'view' || found.id === null ? [] : await listEarlyNames(deps.sql, found.id))
  const readName = (item: Json): string[] => nameIn(item).filter((name) => !hidden.has(name))
  return await readVisible(read, { page, missing, read: readName, visible, isShown }, signal)
}

/**
 * Lists the direct child namespaces of a namespace in an upstream catalog, or the top-level namespaces of the
 * warehouse, that the caller may see.
 */
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
  const upstream = await deps.upstreams.get(warehouse, caller)
  const read = { upstream, id: 'listNamespaces', namespace: undefined, parent, member: 'namespaces' } as const
  const missing = (): HeadgateError =>
    parent === null ? missingWarehouse(warehouse.name) : missingNamespace(parent)
  const depth = (parent?.length ?? 0) + 1
  const isShown = shownIn<string>(above.policy, (path): ObjectNames => ({
    ...above.chain.names,
    namespace: splitLevels(path),
    relation: null,
  }))
  const wanted = { page, missing, read: (item: Json) => levelsIn(item, depth), visible, isShown }
  const { items, next } = await readVisible(read, wanted, signal)
  return { items: items.map(splitLevels), next }
}

/** Requested page, and the functions and names that select the items that the caller may see. */
interface Visible {
  readonly page: UpstreamPage
  missing(): HeadgateError
  /**
   * Returns the name in a list item as an array with one element. Returns an empty array for an item that is
   * omitted from the list.
   */
  read(item: Json): string[]
  /** Names that the caller may see by its grants and ownership. Null when the caller may see all names. */
  readonly visible: ReadonlySet<string> | null
  /**
   * Returns whether the configured authorizer shows a name to the caller. Null when no authorizer is
   * configured.
   */
  readonly isShown: ((name: string) => boolean) | null
}

/**
 * Prefixes that distinguish page tokens: a token of the upstream catalog, or the last name of the previous
 * page.
 */
const tokenKinds = { upstream: 'u:', name: 'n:' } as const

/**
 * Reads the names that a caller may see. A caller that may see all names receives the pages of the upstream
 * catalog. For any other caller, the server reads the whole list and forms pages of the visible names only.
 * The pages of the upstream catalog would reveal how many other names exist, and its page tokens often
 * contain such a name.
 */
async function readVisible(
  list: ListRead,
  { page, missing, read, visible, isShown }: Visible,
  signal: AbortSignal,
): Promise<UpstreamList<string>> {
  const isFiltered = visible !== null || isShown !== null
  const kind = isFiltered ? tokenKinds.name : tokenKinds.upstream
  const token = page === null || page.token === '' ? '' : afterKind(page.token, kind)
  const wanted = isFiltered || page === null ? null : { token, size: page.size }
  const { items, next } = await readPages(list, wanted, missing, signal)
  const names = [...new Set(items.flatMap((item) => read(item)))]
  if (!isFiltered) return { items: names, next: next === null ? null : `${kind}${next}` }
  const shown = names.filter((name) => (visible?.has(name) ?? true) && (isShown?.(name) ?? true))
  if (page === null) return { items: shown, next: null }
  const rest = shown.toSorted(compareText).filter((name) => token === '' || name > token)
  const last = rest.length > page.size ? rest[page.size - 1] : undefined
  return { items: rest.slice(0, page.size), next: last === undefined ? null : `${kind}${last}` }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * Returns a page token without its prefix.
 *
 * @throws HeadgateError `bad-request` when the token has another prefix, which means that the rights of the
 *   caller have changed since the previous page
 */
function afterKind(token: string, kind: string): string {
  if (token.startsWith(kind)) return token.slice(kind.length)
  throw new HeadgateError(
    'bad-request',
    'Invalid pageToken: your rights changed since the previous page. List from the first page again.',
  )
}

/**
 * Returns the names of objects in the upstream catalog that the caller may see, or null when it may see all
 * of them. A caller with rights on the parent sees all objects. Any other caller sees only objects that have
 * a database row, and only if it has rights on this row.
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
): Promise<ReadonlySet<string> | null> {
  const filter = listFilter(policy, chain)
  if (filter.all) return null
  const names = await list({ after: null, ids: filter.ids, owners: [filter.principalId], limit: maxNames })
  return new Set(names)
}

interface ListRead {
  readonly upstream: Upstream
  readonly id: OperationId
  readonly namespace: Namespace | undefined
  readonly parent: Namespace | null | undefined
  readonly member: string
}

/**
 * Reads one page of a list from the upstream catalog, or all pages when the client requests the whole list.
 */
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
          ...(parent === null || parent === undefined ? {} : { parent: joinNamespace(parent, separator) }),
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

/**
 * Returns the path of a namespace in a list item, or an empty array for an item that is not a direct child.
 * Some catalogs list all descendants.
 */
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
