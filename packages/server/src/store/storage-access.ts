import { anonymousId } from '../reserved-ids.ts'
import { type Queryable, statement } from './sql.ts'

/** Row of an issued storage credential, in the JSON form that the statement expects. Times are epoch ms. */
export interface StorageAccessRow {
  readonly relation_id: string
  readonly id: string
  readonly warehouse_id: string
  readonly principal_id: string
  readonly actor_id: string | null
  readonly permission: string
  readonly mode: string
  /** Public id of the storage key in the credential. Null when the credential has no such id. */
  readonly key_id: string | null
  /** Number of responses in which the credential was issued since the row was last written. */
  readonly issues: number
  readonly first_issued: number
  readonly last_issued: number
  readonly valid_until: number
  readonly renewable_until: number | null
  readonly last_used: number | null
}

const times = ['first_issued', 'last_issued', 'valid_until', 'renewable_until', 'last_used']
const columns = `relation_id, id, warehouse_id, principal_id, actor_id, permission, mode, key_id, issues, ${times.join(', ')}`
const types = `relation_id uuid, id uuid, warehouse_id uuid, principal_id uuid, actor_id uuid, permission text, mode text, key_id text,
  issues integer, ${times.map((name) => `${name} double precision`).join(', ')}`
const values = columns.replaceAll(/\w+/g, (name) =>
  times.includes(name) ? `to_timestamp(r.${name} / 1000)` : `r.${name}`,
)

const upsert = statement(
  'storage_access_upsert',
  `insert into storage_access as a (${columns})
   select ${values} from jsonb_to_recordset($1::jsonb) r(${types}) order by r.relation_id, r.id
   on conflict (relation_id, id) do update set issues = a.issues + excluded.issues,
     first_issued = least(a.first_issued, excluded.first_issued), last_issued = greatest(a.last_issued, excluded.last_issued),
     valid_until = greatest(a.valid_until, excluded.valid_until),
     renewable_until = greatest(a.renewable_until, excluded.renewable_until),
     last_used = greatest(a.last_used, excluded.last_used)`,
)

/**
 * Inserts rows of issued storage credentials, or adds the numbers of issues to existing rows. Writes the rows
 * in the order of their keys, so that two replicas do not deadlock.
 */
export async function upsertStorageAccess(sql: Queryable, rows: readonly StorageAccessRow[]): Promise<void> {
  if (rows.length > 0) await sql.run(upsert, [JSON.stringify(rows)])
}

const prune = statement(
  'storage_access_prune',
  `delete from storage_access where ctid = any(array(
     select ctid from storage_access where valid_until <= now() order by valid_until limit $1)) returning 1`,
)

/**
 * Deletes up to `limit` rows of storage credentials that have expired. Returns the number of deleted rows.
 */
export async function pruneStorageAccess(sql: Queryable, limit: number): Promise<number> {
  return (await sql.run(prune, [limit])).length
}

/** Filter for the list of issued storage credentials. A field that is null has no effect. */
export interface StorageAccessFilter {
  readonly principalId: string | null
  /** Engine that received the credentials, for a user or for itself. */
  readonly engineId: string | null
  readonly warehouseId: string | null
  readonly relationId: string | null
}

/** Position in the list of issued storage credentials: the values of the last row of the previous page. */
export interface StorageAccessPosition {
  readonly validUntil: number
  readonly relationId: string
  readonly id: string
}

/**
 * Principal or engine to which a storage credential was issued. `name` is null when the principal or engine
 * was deleted.
 */
export interface StorageAccessHolder {
  readonly id: string
  readonly issuer: string | null
  readonly subject: string | null
  readonly name: string | null
}

/** Issued storage credential in a list. Times are epoch ms. */
export interface ListedStorageAccess {
  readonly id: string
  readonly principal: StorageAccessHolder
  readonly engine: StorageAccessHolder | null
  readonly warehouseId: string
  readonly warehouse: string | null
  readonly relationId: string
  /** Namespace levels of the table, joined by U+001F. Null when the table was dropped. */
  readonly namespacePath: string | null
  readonly relation: string | null
  readonly permission: 'read' | 'read-write'
  readonly mode: string
  readonly keyId: string | null
  readonly issues: number
  readonly firstIssued: number
  readonly lastIssued: number
  readonly validUntil: number
  readonly renewableUntil: number | null
  readonly lastUsed: number | null
  /** Time of the revocation that ended the credential. Null when it is not revoked. */
  readonly revokedAt: number | null
  /** True when the principal or the engine is disabled or deleted, or the table or the warehouse was removed. */
  readonly ended: boolean
}

const holderNames = ['issuer', 'subject', 'name']
const holder = (alias: string, prefix: string): string =>
  holderNames.map((name) => `${alias}.${name} as "${prefix}_${name}"`).join(', ')

// A principal without a row was deleted, except the principal of anonymous callers, which has none.
//
// In the vending mode `static`, each issue contains the same keys of the store. A revocation therefore
// affects only credentials whose last issue was before the revocation.
const list = statement(
  'storage_access_list',
  `select l.*, case when l.cut >= l.issued then l.cut end as "revokedAt" from (
   select a.id, a.relation_id as "relationId", a.principal_id as "principalId", ${holder('p', 'principal')},
     a.actor_id as "actorId", ${holder('e', 'engine')}, a.warehouse_id as "warehouseId", w.name as warehouse,
     coalesce(n.path, sn.path) as "namespacePath", case when n.id is null then s.name else r.name end as relation,
     a.permission, a.mode, a.key_id as "keyId", a.issues, a.first_issued as "firstIssued", a.last_issued as "lastIssued",
     a.valid_until as "validUntil", a.renewable_until as "renewableUntil", a.last_used as "lastUsed",
     greatest(w.not_before, r.not_before, p.not_before, p.storage_not_before, e.not_before, ee.storage_not_before) as cut,
     case a.mode when 'static' then a.last_issued else a.first_issued end as issued,
     (not coalesce(p.enabled, a.principal_id = '${anonymousId}') or e.enabled is false or w.id is null or coalesce(n.id, sn.id) is null
       or (a.actor_id is not null and ee.principal_id is null)) as ended
   from storage_access a
   left join principal p on p.id = a.principal_id
   left join principal e on e.id = a.actor_id
   left join engine ee on ee.principal_id = coalesce(a.actor_id, a.principal_id)
   left join warehouse w on w.id = a.warehouse_id
   left join relation r on r.id = a.relation_id
   left join namespace n on n.id = r.namespace_id
   left join staged_relation s on s.id = a.relation_id
   left join namespace sn on sn.id = s.namespace_id
   where a.valid_until > now()
     and ($1::uuid is null or a.principal_id = $1) and ($2::uuid is null or a.actor_id = $2 or a.principal_id = $2)
     and ($3::uuid is null or a.warehouse_id = $3) and ($4::uuid is null or a.relation_id = $4)
     and ($5::float8 is null or (a.valid_until, a.relation_id, a.id) < (to_timestamp($5::float8 / 1000), $6::uuid, $7::uuid))
   order by a.valid_until desc, a.relation_id desc, a.id desc limit $8) l`,
)

type Holders = Readonly<Record<`${'principal' | 'engine'}_${'issuer' | 'subject' | 'name'}`, string | null>>
type Row = Omit<ListedStorageAccess, 'principal' | 'engine'> &
  Holders & { readonly principalId: string; readonly actorId: string | null }

/** Returns issued storage credentials that have not expired, in descending order of their expiry. */
export async function listStorageAccess(
  sql: Queryable,
  { principalId, engineId, warehouseId, relationId }: StorageAccessFilter,
  after: StorageAccessPosition | null,
  limit: number,
): Promise<ListedStorageAccess[]> {
  const rows = await sql.run<Row>(list, [
    principalId,
    engineId,
    warehouseId,
    relationId,
    after?.validUntil ?? null,
    after?.relationId ?? null,
    after?.id ?? null,
    limit,
  ])
  return rows.map((row) => ({
    ...row,
    principal: {
      id: row.principalId,
      issuer: row.principal_issuer,
      subject: row.principal_subject,
      name: row.principal_name,
    },
    engine:
      row.actorId === null
        ? null
        : {
            id: row.actorId,
            issuer: row.engine_issuer,
            subject: row.engine_subject,
            name: row.engine_name,
          },
  }))
}
