import { CliError } from '../../cli-error.ts'
import { readList } from '../../connection/pages.ts'
import { listEngines } from '../../management/generated/engines.ts'
import { listGrants } from '../../management/generated/grants.ts'
import { getNamespaceDetails, listNamespaceLocations } from '../../management/generated/namespaces.ts'
import {
  getPrincipal,
  listClientFederations,
  listClientKeys,
  listPrincipals,
} from '../../management/generated/principals.ts'
import { listRoleMembers, listRoles } from '../../management/generated/roles.ts'
import type { Principal, Warehouse } from '../../management/generated/schemas.ts'
import { getWarehouse, listWarehouses } from '../../management/generated/warehouses.ts'
import { childNamespaces } from '../../commands/namespace/walk.ts'
import type { Session } from '../../session.ts'
import type { Section } from '../document/document.ts'
import { mapBounded } from '../map-bounded.ts'
import { isOwn, principalName } from './principal-name.ts'
import type { NamespaceSnapshot, PrincipalSnapshot, RoleSnapshot, ServerSnapshot } from './server-snapshot.ts'

const maxParallel = 8

/** Reads the objects of a server that belong to the requested sections of a document of `headgate apply`. */
export async function readServer(session: Session, wanted: ReadonlySet<Section>): Promise<ServerSnapshot> {
  const { client } = session
  const needsNames =
    wanted.has('principals') || wanted.has('roles') || wanted.has('grants') || wanted.has('engines')
  const principals = needsNames
    ? (await readList(session, { key: 'principals', request: (query) => listPrincipals(client, { query }) }))
        .items
    : []
  const warehouses = wanted.has('warehouses') || wanted.has('namespaces') ? await readWarehouses(session) : []
  const roles = wanted.has('roles') ? await readRoles(session) : []
  const namespaces = wanted.has('namespaces') ? await readNamespaces(session, warehouses) : []
  const engines = wanted.has('engines')
    ? (await readList(session, { key: 'engines', request: (query) => listEngines(client, { query }) })).items
    : []
  const grants = wanted.has('grants')
    ? (
        await readList(session, {
          key: 'grants',
          request: (page) => listGrants(client, { query: { all: 'true', ...page } }),
        })
      ).items
    : []
  const snapshot = {
    roles,
    warehouses: wanted.has('warehouses') ? warehouses : [],
    namespaces,
    engines,
    grants,
    principalNames: new Map(principals.map((each) => [each.id, principalName(each)])),
  }
  const exported = wanted.has('principals') ? selectPrincipals(principals, snapshot) : []
  return { ...snapshot, principals: await readPrincipals(session, exported) }
}

/**
 * Returns the principals to export: all clients of the server, and those users of other issuers that are members,
 * grantees, owners or engines, or that are disabled. All other users need no export: a server creates such a user when
 * it receives a first token.
 */
function selectPrincipals(
  principals: readonly Principal[],
  { roles, warehouses, namespaces, engines, grants }: Omit<ServerSnapshot, 'principals'>,
): readonly Principal[] {
  const named = new Set([
    ...roles.flatMap(({ members }) => members.map(({ id }) => id)),
    ...warehouses.map(({ ownerId }) => ownerId),
    ...namespaces.map(({ namespace }) => namespace.ownerId),
    ...engines.map(({ id }) => id),
    ...grants.map(({ to }) => to.id),
  ])
  return principals.filter((principal) => isOwn(principal) || !principal.enabled || named.has(principal.id))
}

function readPrincipals(
  { client, out }: Session,
  principals: readonly Principal[],
): Promise<readonly PrincipalSnapshot[]> {
  return mapBounded(principals, maxParallel, async (principal, index) => {
    out.progress(`${index} of ${principals.length} principals …`)
    const { id } = principal
    const { federations } = (await listClientFederations(client, { principal: id })).body
    if (!isOwn(principal)) return { principal, hasSecret: false, keys: [], federations }
    const { secrets } = (await getPrincipal(client, { principal: id })).body
    const { keys } = (await listClientKeys(client, { principal: id })).body
    return { principal, hasSecret: secrets.length > 0, keys, federations }
  })
}

async function readRoles(session: Session): Promise<readonly RoleSnapshot[]> {
  const { client } = session
  const { items } = await readList(session, {
    key: 'roles',
    request: (query) => listRoles(client, { query }),
  })
  return mapBounded(items, maxParallel, async (role) => {
    const { items: members } = await readList(session, {
      key: 'members',
      request: (query) => listRoleMembers(client, { role: role.id, query }),
    })
    return { role, members }
  })
}

/** Reads the warehouses that the caller manages. */
async function readWarehouses(session: Session): Promise<readonly Warehouse[]> {
  const { client, out } = session
  const { items } = await readList(session, {
    key: 'warehouses',
    request: (query) => listWarehouses(client, { query }),
  })
  const managed = items.filter(({ kind }) => kind === 'managed')
  const found = await mapBounded(managed, maxParallel, async ({ name }) => {
    try {
      return (await getWarehouse(client, { warehouse: name })).body
    } catch (error) {
      if (!(error instanceof CliError) || error.refusal?.status !== 403) throw error
      out.warn(`The export does not contain the warehouse ${name}, because you do not manage it.`)
      return null
    }
  })
  return found.filter((each) => each !== null)
}

async function readNamespaces(
  session: Session,
  warehouses: readonly Warehouse[],
): Promise<readonly NamespaceSnapshot[]> {
  const snapshots: NamespaceSnapshot[] = []
  for (const { name: warehouse } of warehouses) {
    // One request lists only the children of one namespace, so the namespaces are read level by level.
    let parents: readonly (readonly string[])[] = [[]]
    while (parents.length > 0) {
      const lists = await mapBounded(parents, maxParallel, (parent) =>
        childNamespaces(session, warehouse, parent),
      )
      parents = lists.flatMap(({ items }) => items)
      const found = await mapBounded(parents, maxParallel, (levels) =>
        readNamespace(session, warehouse, levels),
      )
      snapshots.push(...found)
      session.out.progress(`${snapshots.length} namespaces …`)
    }
  }
  return snapshots
}

async function readNamespace(
  session: Session,
  warehouse: string,
  levels: readonly string[],
): Promise<NamespaceSnapshot> {
  const query = { namespace: levels }
  const { body } = await getNamespaceDetails(session.client, { warehouse, query })
  const { items } = await readList(session, {
    key: 'locations',
    request: (page) => listNamespaceLocations(session.client, { warehouse, query: { ...query, ...page } }),
  })
  return { warehouse, namespace: body, locations: items.map(({ location }) => location) }
}
