import { type Queryable, statement } from './sql.ts'
import { permittedSql, type CommitRecord, recordSql, runWithRecord } from './commit-record.ts'

/**
 * Longest lifetime of a credential of a security token service, in seconds. Afterwards no short-lived credential of a
 * place is valid.
 */
const maxCredentialSeconds = 43_200

/** SQL condition: clients may have long-lived keys for the location of row `w` in warehouse `h`. */
const hasStaticKeys = 'coalesce(h.static_until >= w.created_at, false)'

/**
 * Returns SQL that retires the claims of deleted rows, because files or credentials may remain. `from` has the columns
 * `id` and `created_at`. Keys of mode `static` never expire, so these claims have no end.
 */
export function retireSql(from: string): string {
  return `retired as (
     update location_claim c set kind = 'retired',
       ends_at = case when exists (select from warehouse h where h.id = c.warehouse_id and ${hasStaticKeys}) then null
         else now() + make_interval(secs => ${maxCredentialSeconds}) end
     from ${from} w where c.owner_id = w.id returning 1)`
}

/** A claim to process: an expired reservation, or a retired location to check for files again. */
export interface DueClaim {
  readonly ownerId: string
  readonly warehouse: string | null
  readonly warehouseId: string
  readonly location: string
  readonly kind: 'staged' | 'retired'
  /** Whether clients may have long-lived keys for the location of this reservation. */
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

/** Releases the location of a due claim. */
export async function releaseClaim(sql: Queryable, { ownerId, location }: DueClaim): Promise<void> {
  await sql.run(release, [ownerId, location])
}

/** Keeps a location retired, and checks it again after `seconds`. */
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

/** Keeps a location retired until an administrator releases it. */
export async function holdClaim(sql: Queryable, { ownerId, location }: DueClaim): Promise<void> {
  await sql.run(hold, [ownerId, location])
}

/** A location that a relation has left, or that an expired reservation claims. */
export interface RetiredPlace {
  readonly location: string
  /** The relation or the reservation that had the location. */
  readonly ownerId: string
  /** `staged`: the reservation expired, and the server has not yet checked the location for files. */
  readonly kind: 'retired' | 'staged'
  /** Epoch ms. Null: never, because clients may use keys of mode `static`. */
  readonly checkedAgainAt: number | null
}

// Uses two scans, because no index contains both kinds. Expired reservations are few, because a job retires them.
const isRetired = `kind = 'retired'`
const hasEnded = `kind = 'staged' and ends_at <= now()`
/** SQL condition: at and below the location `$2` in the warehouse `$1`. U+10FFFF is the last character. */
const isBelow = `warehouse_id = $1 and location >= $2 and location < $2 || U&'\\+10FFFF'`

const pageOf = (kind: string): string => `(
     select location, owner_id, kind, ends_at from location_claim where ${isBelow} and ${kind}
       and (location, owner_id) > (coalesce($3, ''), coalesce($4, '00000000-0000-0000-0000-000000000000')::uuid)
     order by location, owner_id limit $5)`
const page = statement(
  'claim_retired_page',
  `select location, owner_id as "ownerId", kind, ends_at as "checkedAgainAt"
   from (${pageOf(isRetired)} union all ${pageOf(hasEnded)}) c
   order by location, owner_id limit $5`,
)

export interface RetiredFilter {
  /** Canonical location; only locations at and below it are returned. Empty: all. */
  readonly below: string
  readonly after: Pick<RetiredPlace, 'location' | 'ownerId'> | null
  readonly limit: number
}

/** Returns retired locations of a warehouse in order. */
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
   from written where ${permittedSql(3, ['kept', 'gone', 'ended'])}`,
)

/**
 * Releases the retired locations of a warehouse at and below a canonical location. Returns null when the policy
 * version changed.
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
