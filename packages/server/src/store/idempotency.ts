import type { Queryable } from './sql.ts'
import { statement } from './sql.ts'
import { insertIdempotencySql, type IdempotencyRow } from './commit-record.ts'

/** Stored result of an earlier request, for a repeated request with the same idempotency key. */
export interface StoredOutcome {
  readonly operation: string
  /** SHA-256 of the earlier request, in hex. A repeated request must have the same digest. */
  readonly digest: string
  readonly status: number
  readonly relationId: string | null
  readonly metadataLocation: string | null
  /** SHA-256 of the metadata text at `metadataLocation`, in hex. */
  readonly metadataDigest: string | null
  readonly error: { readonly code: string; readonly message: string } | null
}

const find = statement(
  'idempotency_find',
  `select operation, encode(digest, 'hex') as digest, status::int as status, relation_id as "relationId",
     metadata_location as "metadataLocation", encode(metadata_digest, 'hex') as "metadataDigest", error
   from idempotency where principal_id = $1 and key = $2 and expires_at > now()`,
)

export async function findOutcome(
  sql: Queryable,
  principalId: string,
  key: string,
): Promise<StoredOutcome | null> {
  return (await sql.run<StoredOutcome>(find, [principalId, key]))[0] ?? null
}

const keep = statement(
  'idempotency_keep',
  `with written as (select 1), idempotency_row as (${insertIdempotencySql(1, 'written')} 
     on conflict (principal_id, key) do update set operation = excluded.operation, digest = excluded.digest, status = excluded.status,
       relation_id = excluded.relation_id, metadata_location = excluded.metadata_location,
       metadata_digest = excluded.metadata_digest, error = excluded.error, expires_at = excluded.expires_at
     where idempotency.expires_at <= now() returning 1) select 1 from idempotency_row`,
)

/**
 * Stores the result of a request that failed with a deterministic 4xx and changed nothing. Returns false when a
 * result is already stored for the key. Waits for a concurrent transaction that stores a result for the same key.
 */
export async function insertOutcome(sql: Queryable, row: IdempotencyRow): Promise<boolean> {
  return (await sql.run(keep, [JSON.stringify(row)])).length === 1
}

const forgetOne = statement(
  'idempotency_forget',
  `delete from idempotency where principal_id = $1 and key = $2 and expires_at <= now()`,
)

/** Deletes the stored result of an idempotency key if it has expired, so that the key can be used again. */
export async function deleteExpiredOutcome(sql: Queryable, principalId: string, key: string): Promise<void> {
  await sql.run(forgetOne, [principalId, key])
}

const forget = statement(
  'idempotency_forget_expired',
  `delete from idempotency where ctid = any(array(select ctid from idempotency where expires_at < now() limit $1)) returning 1`,
)

/** Deletes up to `limit` expired results of idempotency keys. Returns the number of deleted rows. */
export async function forgetExpired(sql: Queryable, limit: number): Promise<number> {
  return (await sql.run(forget, [limit])).length
}
