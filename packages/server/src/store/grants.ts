import type { Chain, Privilege, SecurableKind } from '../access/privilege.ts'
import { serverId } from '../access/privilege.ts'
import type { MemberKind } from './roles.ts'
import { type Queryable, statement } from './sql.ts'

export interface GrantKey {
  readonly securableId: string
  readonly granteeId: string
  readonly privilege: Privilege
}

export interface NewGrant extends GrantKey {
  readonly securableKind: SecurableKind
  readonly granteeKind: MemberKind
  /** The principal that granted it; null: the server itself. */
  readonly grantedBy: string | null
}

/** A grant with the names of what it is on and for whom. `warehouse` and below are null when what it is on is gone. */
export interface GrantRow extends NewGrant {
  /** Epoch ms. */
  readonly grantedAt: number
  readonly granteeName: string | null
  readonly warehouse: string | null
  /** Levels joined by U+001F. */
  readonly namespacePath: string | null
  readonly relation: string | null
}

/** An object that grants can be on, with its place. */
export interface SecurableRow {
  readonly kind: SecurableKind
  readonly id: string
  readonly chain: Chain
  readonly policyVersion: number
}

const insert = statement(
  'grant-insert',
  `insert into grant_entry (securable_id, securable_kind, grantee_id, grantee_kind, privilege, granted_by)
   values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning securable_id`,
)
const remove = statement(
  'grant-delete',
  `delete from grant_entry where securable_id = $1 and grantee_id = $2 and privilege = $3 returning securable_id`,
)
const removeOf = statement(
  'grant-delete-of',
  `delete from grant_entry where securable_id = any($1::uuid[]) returning securable_id`,
)
const list = statement(
  'grant-list',
  `select g.securable_id as "securableId", g.securable_kind as "securableKind", g.grantee_id as "granteeId",
     g.grantee_kind as "granteeKind", g.privilege, g.granted_by as "grantedBy", g.granted_at as "grantedAt",
     coalesce(p.name, o.name, gr.issuer || '#' || gr.name) as "granteeName",
     w.name as warehouse, coalesce(n.path, r.namespace_path) as "namespacePath", r.name as relation
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
  `select r.id, (r.id || n.lineage || w.id)::text[] as ids, (r.owner_id || n.owners || w.owner_id)::text[] as owners,
     (select version from policy)::float8 as "policyVersion"
   from relation r join namespace n on n.id = r.namespace_id join warehouse w on w.id = n.warehouse_id
   where w.name = $1 and n.path = $2 and r.name = $3`,
)

/** Where a securable is named; what is absent is not part of the name. */
export interface SecurableName {
  readonly warehouse?: string | undefined
  /** Levels joined by U+001F. */
  readonly namespacePath?: string | undefined
  readonly relation?: string | undefined
}

/** False: it was granted before. */
export async function insertGrant(tx: Queryable, grant: NewGrant): Promise<boolean> {
  const { securableId, securableKind, granteeId, granteeKind, privilege, grantedBy } = grant
  return (
    (await tx.run(insert, [securableId, securableKind, granteeId, granteeKind, privilege, grantedBy]))
      .length > 0
  )
}

/** False: it was not granted. */
export async function deleteGrant(tx: Queryable, grant: GrantKey): Promise<boolean> {
  return (await tx.run(remove, [grant.securableId, grant.granteeId, grant.privilege])).length > 0
}

/** Removes all grants on objects that are going for good. Ids are never used again, so this is housekeeping. */
export async function deleteGrantsOn(tx: Queryable, securableIds: readonly string[]): Promise<number> {
  return (await tx.run(removeOf, [securableIds])).length
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

interface FoundRow {
  readonly id: string
  readonly ids: readonly string[]
  readonly owners: readonly string[]
  readonly policyVersion: number
}

/** The object of a name, or null. Dropped relations have no name. */
export async function findSecurable(sql: Queryable, name: SecurableName): Promise<SecurableRow | null> {
  if (name.warehouse === undefined)
    return { kind: 'server', id: serverId, chain: { ids: [serverId], owners: [] }, policyVersion: 0 }
  if (name.namespacePath === undefined)
    return found('warehouse', await sql.run<FoundRow>(warehouse, [name.warehouse]))
  if (name.relation === undefined)
    return found('namespace', await sql.run<FoundRow>(namespace, [name.warehouse, name.namespacePath]))
  return found(
    'relation',
    await sql.run<FoundRow>(relation, [name.warehouse, name.namespacePath, name.relation]),
  )
}

function found(kind: SecurableKind, [row]: readonly FoundRow[]): SecurableRow | null {
  return row
    ? {
        kind,
        id: row.id,
        chain: { ids: headFirst(row), owners: row.owners },
        policyVersion: row.policyVersion,
      }
    : null
}

/** The object itself first: `passage` is asked for the head of a chain. */
function headFirst(row: FoundRow): readonly string[] {
  return [row.id, ...row.ids.filter((id) => id !== row.id)]
}
