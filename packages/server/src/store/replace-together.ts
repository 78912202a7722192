import type { Replacement } from './relation-writes.ts'
import type { CompressedText } from './relations.ts'
import { permittedSql, type CommitRecord, eachRecordSql } from './commit-record.ts'
import { type Queryable, statement } from './sql.ts'

/** Commit that replaces the metadata of one relation, with its audit rows and its idempotency row. */
export interface SharedReplacement {
  readonly replacement: Replacement & { readonly body: CompressedText; readonly refs: null }
  readonly record: CommitRecord
}

// Skips rows that another transaction has locked, because the wait for one row would delay all other commits, and two
// servers could deadlock. The statement also has the ids as an array, because the planner then uses index look-ups
// regardless of its estimates.
const replace = statement(
  'relation_replace_together',
  `with change as materialized (
     select * from jsonb_to_recordset($1::jsonb) c(id uuid, version bigint, namespace_id uuid, name text, base text, uuid uuid,
       metadata_location text, location text, definer_id uuid, digest text, at int, size int, length int, crc bigint, policy bigint,
       audit jsonb, idempotency jsonb)),
   held as materialized (select id from relation where id = any($2::uuid[]) for no key update skip locked),
   written as (
     update relation r set version = r.version + 1, uuid = c.uuid, metadata_location = c.metadata_location, location = c.location,
       definer_id = coalesce(c.definer_id, r.definer_id), body = substring($3::bytea from c.at for c.size), body_length = c.length,
       body_crc = c.crc, refs_body = null, refs_length = null, refs_crc = null,
       metadata_digest = decode(c.digest, 'hex'), digest_location = c.metadata_location, updated_at = now()
     from change c, held h
     where r.id = any($2::uuid[]) and r.id = h.id and c.id = r.id and r.version = c.version and r.namespace_id = c.namespace_id
       and r.name = c.name and r.metadata_location = c.base and (select version from policy) = c.policy
     returning r.id, c.policy, c.audit, c.idempotency),
   ${eachRecordSql}
   select id from written where ${permittedSql('policy')}`,
)

/**
 * Performs the compare-and-swap of several relations with one statement. Returns the ids of the relations
 * that were replaced. The other relations were changed in the meantime, or another transaction has locked
 * their rows. For these, the caller uses `replaceRelation`, which waits for the lock.
 *
 * @param changes replacements of different relations
 * @throws the same errors as `run`. When one replacement makes the statement fail (see `isRefused`), none of
 *   the relations is replaced.
 */
export async function replaceTogether(
  sql: Queryable,
  changes: readonly SharedReplacement[],
): Promise<ReadonlySet<string>> {
  if (changes.length === 0) return new Set()
  let at = 1
  const values = changes.map(({ replacement: { rowVersion, body, ...to }, record }) => {
    const size = body.compressed.length
    const value = {
      id: rowVersion.id,
      version: rowVersion.version,
      namespace_id: rowVersion.namespaceId,
      name: rowVersion.name,
      base: rowVersion.metadataLocation,
      uuid: to.uuid,
      metadata_location: to.metadataLocation,
      location: to.location,
      definer_id: to.definerId,
      digest: to.digest,
      at,
      size,
      length: body.length,
      crc: body.crc,
      policy: record.policyVersion,
      audit: record.audit,
      idempotency: record.idempotency ?? {},
    }
    at += size
    return value
  })
  const ids = values.map(({ id }) => id)
  const texts = Buffer.concat(changes.map(({ replacement }) => replacement.body.compressed))
  const rows = await sql.run<{ id: string }>(replace, [JSON.stringify(values), ids, texts])
  const replaced = new Set(rows.map(({ id }) => id))
  for (const { replacement, record } of changes) {
    if (record.onCommit && replaced.has(replacement.rowVersion.id)) sql.afterCommit(record.onCommit)
  }
  return replaced
}
