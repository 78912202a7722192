import { randomUUID } from 'node:crypto'
import type { ProvenIdentity } from '../../src/proven-identity.ts'
import { type EngineSettings, insertEngine } from '../../src/store/engines.ts'
import { insertGrant } from '../../src/store/grants.ts'
import { bumpPolicy } from '../../src/store/policies.ts'
import { insertPrincipal, ownIssuer } from '../../src/store/principals.ts'
import { addRoleMember, insertRole, type MemberKind } from '../../src/store/roles.ts'
import { type Sql, statement } from '../../src/store/sql.ts'
import { splitLevels } from '../../src/namespace-path.ts'
import { relationChain } from '../../src/access/chain.ts'
import type { Chain, Privilege } from '../../src/privilege.ts'
import { serverId } from '../../src/reserved-ids.ts'

/**
 * Warehouse, namespace or relation that a test creates, with the ids and owners of the objects that contain
 * it.
 */
export interface TestObject {
  readonly kind: 'warehouse' | 'namespace' | 'relation'
  readonly id: string
  readonly chain: Chain
  readonly owner: string
}

const warehouse = statement(
  'test-warehouse',
  `insert into warehouse (id, name, kind, storage, owner_id) values ($1, $2, 'managed', '{}', $3)`,
)
const namespace = statement(
  'test-namespace',
  `insert into namespace (id, warehouse_id, parent_id, path, lineage, owners, owner_id) values ($1, $2, $3, $4, $5, $6, $7)`,
)
const relation = statement(
  'test-relation',
  `insert into relation (id, warehouse_id, namespace_id, name, kind, uuid, metadata_location, location, owner_id)
   values ($1, $2, $3, $4, 'table', $5, 'file:///m', 'file:///t', $6)`,
)

export async function addWarehouse(sql: Sql, name: string, owner: string = serverId): Promise<TestObject> {
  const id = randomUUID()
  await sql.run(warehouse, [id, name, owner])
  return {
    kind: 'warehouse',
    id,
    owner,
    chain: { ids: [id], owners: [owner], names: { warehouse: name, namespace: null, relation: null } },
  }
}

/** Inserts a namespace into a warehouse or another namespace; `path` contains its levels joined by U+001F. */
export async function addNamespace(
  sql: Sql,
  parent: TestObject,
  path: string,
  owner: string = serverId,
): Promise<TestObject> {
  const id = randomUUID()
  const chain: Chain = {
    ids: [id, ...parent.chain.ids],
    owners: [owner, ...parent.chain.owners],
    names: { ...parent.chain.names, namespace: splitLevels(path) },
  }
  const lineage = chain.ids.slice(0, -1).toReversed()
  const owners = chain.owners.slice(0, -1).toReversed()
  await sql.run(namespace, [
    id,
    chain.ids.at(-1),
    parent.kind === 'namespace' ? parent.id : null,
    path,
    lineage,
    owners,
    owner,
  ])
  return { kind: 'namespace', id, owner, chain }
}

export async function addRelation(
  sql: Sql,
  parent: TestObject,
  name: string,
  owner: string = serverId,
): Promise<TestObject> {
  const id = randomUUID()
  await sql.run(relation, [id, parent.chain.ids.at(-1), parent.id, name, randomUUID(), owner])
  return {
    kind: 'relation',
    id,
    owner,
    chain: relationChain(parent.chain, id, owner, { kind: 'table', name }),
  }
}

/** Returns a principal of this server as a caller. */
export async function addPrincipal(sql: Sql, name: string): Promise<ProvenIdentity> {
  const id = randomUUID()
  await insertPrincipal(sql, { id, issuer: ownIssuer, subject: name, name, kind: 'service' })
  return {
    principal: { id, issuer: ownIssuer, subject: name, name },
    actors: [],
    method: 'session-token',
    expiresAt: null,
  }
}

/** Entry that lets an engine act for every principal of this server, without limits. */
export const openEngine: EngineSettings = {
  subjects: [{ issuer: ownIssuer, pattern: '*', groups: [] }],
  namesIssuer: null,
  unsignedSubjects: false,
  assertions: false,
  makesPrincipals: false,
  namesAdministrators: false,
  firstCalls: 'config-only',
  warehouses: null,
  privileges: null,
  administers: false,
  refreshes: true,
  viewChains: false,
  enforcesRestrictions: false,
  tokenSeconds: 900,
  sessionSeconds: 86_400,
}

/** Registers a principal as an engine. Returns the first policy version that contains the engine. */
export async function registerEngine(
  sql: Sql,
  id: string,
  settings: Partial<EngineSettings> = {},
): Promise<number> {
  return sql.transaction(async (tx) => {
    await insertEngine(tx, id, { ...openEngine, ...settings })
    return bumpPolicy(tx)
  })
}

export async function addRole(sql: Sql, name: string): Promise<string> {
  const id = randomUUID()
  await insertRole(sql, { id, name, system: false })
  return id
}

export async function addMember(sql: Sql, role: string, kind: MemberKind, id: string): Promise<number> {
  return sql.transaction(async (tx) => {
    await addRoleMember(tx, role, { kind, id })
    return bumpPolicy(tx)
  })
}

/** Grants a privilege. Returns the first policy version that contains the grant. */
export async function grant(
  sql: Sql,
  privilege: Privilege,
  on: TestObject | null,
  kind: MemberKind,
  grantee: string,
): Promise<number> {
  return sql.transaction(async (tx) => {
    const place = { securableId: on?.id ?? serverId, securableKind: on?.kind ?? 'server' } as const
    await insertGrant(tx, { ...place, privilege, granteeId: grantee, granteeKind: kind, grantedBy: null })
    return bumpPolicy(tx)
  })
}

/** A warehouse with the namespaces `a`, `a.b` and `c`, and a table in `a.b`. */
export interface AccessFixture {
  readonly warehouse: TestObject
  readonly outer: TestObject
  readonly inner: TestObject
  readonly sibling: TestObject
  readonly table: TestObject
}

export async function addAccessFixture(sql: Sql, owner?: string): Promise<AccessFixture> {
  const warehouse = await addWarehouse(sql, `w-${randomUUID()}`)
  const outer = await addNamespace(sql, warehouse, 'a', owner)
  const inner = await addNamespace(sql, outer, 'a\u001fb')
  const sibling = await addNamespace(sql, warehouse, 'c')
  return { warehouse, outer, inner, sibling, table: await addRelation(sql, inner, 't') }
}
