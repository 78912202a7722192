import { type Queryable, statement } from './sql.ts'
import { permittedSql, type Riders, ridersSql, runWithRiders } from './riders.ts'

/**
 * Seconds after which no storage credential of a place is valid any more: the longest lifetime of a security token
 * service. Credentials of mode `static` have no end.
 */
const maxCredentialSeconds = 43_200

/** SQL that retires the claims of the rows of `from`, which are gone: files or credentials may remain. */
export function retireSql(from: string): string {
  return `retired as (
     update location_claim c set kind = 'retired', ends_at = now() + make_interval(secs => ${maxCredentialSeconds})
     from ${from} w where c.owner_id = w.id returning 1)`
}

/** A claim that is due: a reservation that ended, or a retired place to check for files again. */
export interface DueClaim {
  readonly ownerId: string
  readonly warehouse: string | null
  readonly warehouseId: string
  readonly location: string
  readonly kind: 'staged' | 'retired'
}

const due = statement(
  'claim_due',
  `select c.owner_id as "ownerId", w.name as warehouse, c.warehouse_id as "warehouseId", c.location, c.kind
   from location_claim c left join warehouse w on w.id = c.warehouse_id
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

/** Frees the place of a due claim. */
export async function releaseClaim(sql: Queryable, { ownerId, location }: DueClaim): Promise<void> {
  await sql.run(release, [ownerId, location])
}

/** Keeps the place of a due claim retired, and checks it again after `seconds`. */
export async function postponeClaim(
  sql: Queryable,
  { ownerId, location }: DueClaim,
  seconds: number,
): Promise<void> {
  await sql.run(postpone, [ownerId, location, seconds])
}

/** A place that a relation left or that an ended reservation holds, as people see it. `checkedAgainAt` is epoch ms. */
export interface RetiredPlace {
  readonly location: string
  /** The relation or the staged create that had the place. */
  readonly ownerId: string
  /** `staged`: the reservation ended, and the server has not checked the place for files yet. */
  readonly kind: 'retired' | 'staged'
  readonly checkedAgainAt: number
}

const isRetired = `warehouse_id = $1 and (kind = 'retired' or kind = 'staged' and ends_at <= now())`

const page = statement(
  'claim_retired_page',
  `select location, owner_id as "ownerId", kind, ends_at as "checkedAgainAt" from location_claim
   where ${isRetired} and starts_with(location, $2) and ($3::text is null or (location, owner_id) > ($3, $4::uuid))
   order by location, owner_id limit $5`,
)

export interface RetiredFilter {
  /** Canonical; only places at and below it. Empty: all. */
  readonly below: string
  readonly after: Pick<RetiredPlace, 'location' | 'ownerId'> | null
  readonly limit: number
}

/** Returns retired places of a warehouse in order of location. */
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
     delete from location_claim where ${isRetired} and starts_with(location, $2)
       and (select version from policy) = $3 returning location),
   written as (select 1 as id from policy where version = $3),
   ${ridersSql(4)}
   select (select count(*)::int from gone) as released from written where ${permittedSql(3, ['kept', 'gone'])}`,
)

/** Frees the retired places of a warehouse at and below a canonical location. Null: the policy moved. */
export async function releaseRetired(
  sql: Queryable,
  warehouseId: string,
  location: string,
  riders: Riders,
): Promise<number | null> {
  const rows = await runWithRiders<{ released: number }>(sql, releaseBelow, [warehouseId, location], riders)
  return rows[0]?.released ?? null
}
