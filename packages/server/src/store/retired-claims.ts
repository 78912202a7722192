import { type Queryable, statement } from './sql.ts'
import { permittedSql, type CommitRecord, recordSql, runWithRecord } from './commit-record.ts'

/**
 * Maximum lifetime in seconds of a credential from a security token service. A location remains retired for this
 * time, after which no short-lived credential for it is valid.
 */
const maxCredentialSeconds = 43_200

/**
 * SQL condition that is true when clients may have long-lived storage keys for the location of relation `w` in
 * warehouse `h`.
 */
const hasStaticKeys = 'coalesce(h.static_until >= w.created_at, false)'

/**
 * Returns SQL that retires the location claims of deleted rows, because files or valid credentials may remain at the
 * locations. The table expression `from` contains the deleted rows with the columns `id` and `created_at`. If clients
 * may have keys of the vending mode `static`, which never expire, the claims have no end.
 */
export function retireSql(from: string): string {
  return `retired as (
     update location_claim c set kind = 'retired',
       ends_at = case when exists (select from warehouse h where h.id = c.warehouse_id and ${hasStaticKeys}) then null
         else now() + make_interval(secs => ${maxCredentialSeconds}) end
     from ${from} w where c.owner_id = w.id returning 1)`
}

/**
 * Location claim whose end has passed: an expired reservation, or a retired location that the server must check for
 * files again.
 */
export interface DueClaim {
  readonly ownerId: string
  readonly warehouse: string | null
  readonly warehouseId: string
  readonly location: string
  readonly kind: 'staged' | 'retired'
  /** Whether clients may have long-lived storage keys for the location. */
  readonly hasStaticKeys: boolean
}

const due = statement(
  'claim_due',
  `select c.owner_id as "ownerId", h.name as warehouse, c.warehouse_id as "warehouseId", c.location, c.kind,
     ${hasStaticKeys} and c.kind = 'staged' as "hasStaticKeys"
   from location_claim c left join warehouse h on h.id = c.warehouse_id left join staged_relation w on w.id = c.owner_id
   where c.ends_at <= now() order by c.ends_at limit $1`,
)

export function listDueClaims(sql: Queryable, limit: number): Promise<DueClaim[]> {
  return sql.run<DueClaim>(due, [limit])
}

const release = statement(
  'claim_release',
  `delete from location_claim where owner_id = $1 and location = $2 and kind in ('staged', 'retired') and ends_at <= now()`,
)
const postpone = statement(
  'claim_postpone',
  `update location_claim set kind = 'retired', ends_at = now() + make_interval(secs => $3)
   where owner_id = $1 and location = $2 and kind in ('staged', 'retired') and ends_at <= now()`,
)

/** Deletes a due location claim, so that new tables can use the location. */
export async function releaseClaim(sql: Queryable, { ownerId, location }: DueClaim): Promise<void> {
  await sql.run(release, [ownerId, location])
}

/** Postpones the release of a retired location: the location stays reserved, and the release is tried again after `seconds`. */
export async function postponeClaim(
  sql: Queryable,
  { ownerId, location }: DueClaim,
  seconds: number,
): Promise<void> {
  await sql.run(postpone, [ownerId, location, seconds])
}

const hold = statement(
  'claim_hold',
  `update location_claim set kind = 'retired', ends_at = null
   where owner_id = $1 and location = $2 and kind in ('staged', 'retired') and ends_at <= now()`,
)

/** Keeps a retired location reserved until an administrator releases it. */
export async function holdClaim(sql: Queryable, { ownerId, location }: DueClaim): Promise<void> {
  await sql.run(hold, [ownerId, location])
}

/** Retired location of a deleted relation, or location of an expired reservation. New tables cannot use it yet. */
export interface RetiredPlace {
  readonly location: string
  /** Id of the relation or reservation that had the location. */
  readonly ownerId: string
  /** `staged` for an expired reservation whose location the server has not yet checked for files. */
  readonly kind: 'retired' | 'staged'
  /**
   * Time of the next check for files in epoch ms. Null when the server never checks the location, because clients may
   * have storage keys that never expire.
   */
  readonly checkedAgainAt: number | null
}

// The statement reads retired locations and expired reservations separately, because no index contains both. The number
// of expired reservations is small, because a job retires them.
const isRetired = `kind = 'retired'`
const hasEnded = `kind = 'staged' and ends_at <= now()`
/**
 * SQL condition that is true for locations of warehouse `$1` that are equal to or within the location `$2`. U+10FFFF
 * is the last Unicode character.
 */
const isBelow = `warehouse_id = $1 and location >= $2 and location < $2 || U&'\\+10FFFF'`

const selectPage = (kind: string): string => `(
     select location, owner_id, kind, ends_at from location_claim where ${isBelow} and ${kind}
       and (location, owner_id) > (coalesce($3, ''), coalesce($4, '00000000-0000-0000-0000-000000000000')::uuid)
     order by location, owner_id limit $5)`
const page = statement(
  'claim_retired_page',
  `select location, owner_id as "ownerId", kind, ends_at as "checkedAgainAt"
   from (${selectPage(isRetired)} union all ${selectPage(hasEnded)}) c
   order by location, owner_id limit $5`,
)

export interface RetiredFilter {
  /**
   * Canonical location. The result contains only locations that are equal to or within it. With an empty text, the
   * result contains all retired locations.
   */
  readonly below: string
  readonly after: Pick<RetiredPlace, 'location' | 'ownerId'> | null
  readonly limit: number
}

/** Returns retired locations of a warehouse in order of location. */
export function listRetired(
  sql: Queryable,
  warehouseId: string,
  { below, after, limit }: RetiredFilter,
): Promise<RetiredPlace[]> {
  const values = [warehouseId, below, after?.location ?? null, after?.ownerId ?? null, limit]
  return sql.run<RetiredPlace>(page, values)
}

const releaseBelow = statement(
  'claim_release_below',
  `with gone as (
     delete from location_claim where ${isBelow} and ${isRetired} and (select version from policy) = $3 returning 1),
   ended as (
     delete from location_claim where ${isBelow} and ${hasEnded} and (select version from policy) = $3 returning 1),
   written as (select 1 as id from policy where version = $3),
   ${recordSql(4)}
   select ((select count(*) from gone) + (select count(*) from ended))::int as released
   from written where ${permittedSql(3, ['idempotency_row', 'gone', 'ended'])}`,
)

/**
 * Releases the retired locations of a warehouse that are equal to or within a canonical location, and returns their
 * number. Returns null when the policy version changed.
 */
export async function releaseRetired(
  sql: Queryable,
  warehouseId: string,
  location: string,
  record: CommitRecord,
): Promise<number | null> {
  const rows = await runWithRecord<{ released: number }>(sql, releaseBelow, [warehouseId, location], record)
  return rows[0]?.released ?? null
}
