import type { Chain, ObjectNames, Privilege, Restriction, SecurableKind } from '../privilege.ts'
import { serverId } from '../reserved-ids.ts'
import { splitLevels } from '../namespace-path.ts'
import type { RelationKind } from './relations.ts'
import type { MemberKind } from './roles.ts'
import { type Queryable, statement } from './sql.ts'

export interface GrantKey {
  readonly securableId: string
  readonly granteeId: string
  readonly privilege: StoredPrivilege
}

/**
 * Privilege in the database. A restricted grant of `select` has its own one, so that servers of earlier versions ignore the grant.
 */
export type StoredPrivilege = Privilege | 'select-restricted'

export interface NewGrant extends GrantKey {
  readonly securableKind: SecurableKind
  readonly granteeKind: MemberKind
  /** Restriction of a grant of `select-restricted`. Absent or null: the grant has another privilege. */
  readonly restriction?: Restriction | null
  /** Principal that created the grant. Null when the server created it. */
  readonly grantedBy: string | null
}

/**
 * Grant with the names of its object and its grantee. The members from `warehouse` on are null when the
 * object was deleted.
 */
export interface GrantRow extends NewGrant {
  readonly restriction: Restriction | null
  /** Epoch ms. */
  readonly grantedAt: number
  readonly granteeName: string | null
  readonly warehouse: string | null
  /** Namespace levels, joined by U+001F. */
  readonly namespacePath: string | null
  readonly relation: string | null
  readonly relationKind: RelationKind | null
  /** Whether the object is a dropped relation. The grants on a dropped relation are valid again when it is restored. */
  readonly dropped: boolean
}

/** Object on which privileges can be granted, with its parents. */
export interface SecurableRow {
  readonly kind: SecurableKind
  readonly id: string
  readonly chain: Chain
  readonly policyVersion: number
}

const insert = statement(
  'grant-insert',
  `insert into grant_entry (securable_id, securable_kind, grantee_id, grantee_kind, privilege, granted_by, restriction)
   values ($1, $2, $3, $4, $5, $6, $7::jsonb)
   on conflict (securable_id, grantee_id, privilege)
     do update set restriction = excluded.restriction, granted_by = excluded.granted_by, granted_at = now()
     where grant_entry.restriction is distinct from excluded.restriction
   returning securable_id`,
)
const remove = statement(
  'grant-delete',
  `delete from grant_entry where securable_id = $1 and grantee_id = $2 and privilege = $3 returning securable_id`,
)
const removeAll = statement(
  'grant-delete-of',
  `delete from grant_entry where securable_id = any($1::uuid[]) returning securable_id`,
)
const list = statement(
  'grant-list',
  `select g.securable_id as "securableId", g.securable_kind as "securableKind", g.grantee_id as "granteeId",
     g.grantee_kind as "granteeKind", g.privilege, g.restriction, g.granted_by as "grantedBy", g.granted_at as "grantedAt",
     coalesce(p.name, o.name, gr.issuer || '#' || gr.name) as "granteeName",
     w.name as warehouse, coalesce(n.path, r.namespace_path) as "namespacePath", r.name as relation,
     r.kind as "relationKind", r.id is not null and r.namespace_id is null as dropped
   from grant_entry g
     left join principal p on g.grantee_kind = 'principal' and p.id = g.grantee_id
     left join role o on g.grantee_kind = 'role' and o.id = g.grantee_id
     left join principal_group gr on g.grantee_kind = 'group' and gr.id = g.grantee_id
     left join relation r on g.securable_kind = 'relation' and r.id = g.securable_id
     left join namespace n on n.id = case g.securable_kind when 'namespace' then g.securable_id else r.namespace_id end
     left join warehouse w on w.id = case g.securable_kind when 'warehouse' then g.securable_id else coalesce(r.warehouse_id, n.warehouse_id) end
   where ($1::uuid is null or g.securable_id = $1) and ($2::uuid is null or g.grantee_id = $2)
     and ($3::uuid is null or (g.securable_id, g.grantee_id, g.privilege) > ($3, $4::uuid, $5::text))
   order by g.securable_id, g.grantee_id, g.privilege limit $6`,
)

const warehouse = statement(
  'securable-warehouse',
  `select w.id, array[w.id::text] as ids, array[w.owner_id::text] as owners, (select version from policy)::float8 as "policyVersion"
   from warehouse w where w.name = $1`,
)
const namespace = statement(
  'securable-namespace',
  `select n.id, (n.lineage || w.id)::text[] as ids, (n.owners || w.owner_id)::text[] as owners,
     (select version from policy)::float8 as "policyVersion"
   from namespace n join warehouse w on w.id = n.warehouse_id where w.name = $1 and n.path = $2`,
)
const relation = statement(
  'securable-relation',
  `select r.id, r.kind as "relationKind", (r.id || n.lineage || w.id)::text[] as ids, (r.owner_id || n.owners || w.owner_id)::text[] as owners,
     (select version from policy)::float8 as "policyVersion"
   from relation r join namespace n on n.id = r.namespace_id join warehouse w on w.id = n.warehouse_id
   where w.name = $1 and n.path = $2 and r.name = $3`,
)

/**
 * Finds the objects of several names with one statement, in the order of the names. `id` is null for a name without
 * an object.
 */
const several = statement(
  'securables-several',
  `select case when q.relation is not null then r.id when q.path is not null then n.id else w.id end as id,
     r.kind as "relationKind",
     case when q.path is null then array[w.id]::text[] when q.relation is null then (n.lineage || w.id)::text[]
       else (r.id || n.lineage || w.id)::text[] end as ids,
     case when q.path is null then array[w.owner_id]::text[] when q.relation is null then (n.owners || w.owner_id)::text[]
       else (r.owner_id || n.owners || w.owner_id)::text[] end as owners,
     (select version from policy)::float8 as "policyVersion"
   from unnest($1::text[], $2::text[], $3::text[]) with ordinality as q(warehouse, path, relation, turn)
     left join warehouse w on w.name = q.warehouse
     left join namespace n on n.warehouse_id = w.id and n.path = q.path
     left join relation r on r.namespace_id = n.id and r.name = q.relation
   order by q.turn`,
)

const nameOf = statement(
  'securable-name',
  `select w.name as warehouse, n.path as "namespacePath", r.name as relation
   from (select $1::uuid as id) o
     left join relation r on r.id = o.id
     left join namespace n on n.id = coalesce(r.namespace_id, case when r.id is null then o.id end)
     left join warehouse w on w.id = coalesce(r.warehouse_id, n.warehouse_id, o.id)
   where w.id is not null and (r.id is null or n.id is not null)`,
)

/**
 * Name of an object on which privileges can be granted: the server (all members absent), a warehouse, a
 * namespace or a relation. The member `relation` is absent for a namespace.
 */
export interface SecurableName {
  readonly warehouse?: string | undefined
  /** Namespace levels, joined by U+001F. */
  readonly namespacePath?: string | undefined
  readonly relation?: string | undefined
}

/** Adds a grant, or replaces its restriction. Returns false when an equal grant already exists. */
export async function insertGrant(tx: Queryable, grant: NewGrant): Promise<boolean> {
  const {
    securableId,
    securableKind,
    granteeId,
    granteeKind,
    privilege,
    grantedBy,
    restriction = null,
  } = grant
  const values = [securableId, securableKind, granteeId, granteeKind, privilege, grantedBy]
  const text = restriction === null ? null : JSON.stringify(restriction)
  return (await tx.run(insert, [...values, text])).length > 0
}

/** Deletes a grant. Returns false when the grant does not exist. */
export async function deleteGrant(tx: Queryable, grant: GrantKey): Promise<boolean> {
  return (await tx.run(remove, [grant.securableId, grant.granteeId, grant.privilege])).length > 0
}

/**
 * Deletes all grants on objects that are deleted permanently. The deletion only saves space, because no other object
 * ever gets these ids.
 */
export async function deleteGrantsOn(tx: Queryable, securableIds: readonly string[]): Promise<number> {
  return (await tx.run(removeAll, [securableIds])).length
}

export interface GrantPage {
  readonly securableId: string | null
  readonly granteeId: string | null
  readonly after: GrantKey | null
  readonly limit: number
}

export function listGrants(
  sql: Queryable,
  { securableId, granteeId, after, limit }: GrantPage,
): Promise<GrantRow[]> {
  const position = [after?.securableId ?? null, after?.granteeId ?? null, after?.privilege ?? null]
  return sql.run<GrantRow>(list, [securableId, granteeId, ...position, limit])
}

/**
 * Returns the objects with these names in the order of the names, all read in one snapshot. The result contains null
 * for a name without an object.
 */
export async function findSecurables(
  sql: Queryable,
  names: readonly SecurableName[],
): Promise<(SecurableRow | null)[]> {
  const rows = await sql.run<Omit<FoundRow, 'id'> & { readonly id: string | null }>(several, [
    names.map(({ warehouse }) => warehouse ?? null),
    names.map(({ namespacePath }) => namespacePath ?? null),
    names.map(({ relation }) => relation ?? null),
  ])
  return rows.map((row, index) => {
    const name = names[index] ?? {}
    const { policyVersion } = row
    if (name.warehouse === undefined) return { ...theServer, policyVersion }
    return row.id === null ? null : found(name, [{ ...row, id: row.id }])
  })
}

const theServer = {
  kind: 'server',
  id: serverId,
  chain: { ids: [serverId], owners: [], names: { warehouse: null, namespace: null, relation: null } },
} as const

function toKind({ namespacePath, relation }: SecurableName): SecurableKind {
  if (relation !== undefined) return 'relation'
  return namespacePath === undefined ? 'warehouse' : 'namespace'
}

interface FoundRow {
  readonly id: string
  readonly relationKind?: RelationKind | null
  readonly ids: readonly string[]
  readonly owners: readonly string[]
  readonly policyVersion: number
}

/** Returns the object with a name, or null. Never returns a dropped relation, because it has no name. */
export async function findSecurable(sql: Queryable, name: SecurableName): Promise<SecurableRow | null> {
  if (name.warehouse === undefined) return { ...theServer, policyVersion: 0 }
  if (name.namespacePath === undefined)
    return found(name, await sql.run<FoundRow>(warehouse, [name.warehouse]))
  if (name.relation === undefined)
    return found(name, await sql.run<FoundRow>(namespace, [name.warehouse, name.namespacePath]))
  return found(name, await sql.run<FoundRow>(relation, [name.warehouse, name.namespacePath, name.relation]))
}

/**
 * Returns the current name of an object by its id. Returns null when it was deleted or dropped. The name of the server
 * is empty.
 */
export async function findSecurableName(sql: Queryable, id: string): Promise<SecurableName | null> {
  if (id === serverId) return {}
  const [row] = await sql.run<{ readonly [name in keyof SecurableName]: string | null }>(nameOf, [id])
  if (row === undefined) return null
  const { warehouse, namespacePath, relation } = row
  return {
    warehouse: warehouse ?? undefined,
    namespacePath: namespacePath ?? undefined,
    relation: relation ?? undefined,
  }
}

function found(name: SecurableName, [row]: readonly FoundRow[]): SecurableRow | null {
  return row
    ? {
        kind: toKind(name),
        id: row.id,
        chain: { ids: headFirst(row), owners: row.owners, names: toObjectNames(name, row) },
        policyVersion: row.policyVersion,
      }
    : null
}

function toObjectNames(
  { warehouse, namespacePath, relation }: SecurableName,
  { relationKind }: FoundRow,
): ObjectNames {
  return {
    warehouse: warehouse ?? null,
    namespace: namespacePath === undefined ? null : splitLevels(namespacePath),
    relation: relation === undefined ? null : { kind: relationKind ?? 'table', name: relation },
  }
}

/**
 * Returns the ids of the object and of its parents, with the object first, because authorization decisions
 * require this order.
 */
function headFirst(row: FoundRow): readonly string[] {
  return [row.id, ...row.ids.filter((id) => id !== row.id)]
}
