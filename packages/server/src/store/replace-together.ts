import type { Replacement } from './relation-writes.ts'
import type { PackedBody } from './relations.ts'
import { permittedSql, type Riders, ridersOfEachSql } from './riders.ts'
import { type Queryable, statement } from './sql.ts'

/** A replacement with one text, and what travels with it. */
export interface SharedReplacement {
  readonly replacement: Replacement & { readonly body: PackedBody; readonly refs: null }
  readonly riders: Riders
}

// A row that somebody else holds is passed over: it would hold up all the others, and two servers that wait for each
// other's rows would never end. The ids come as an array too, which keeps the planner on index probes, whatever it believes
// of the sizes.
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
   ${ridersOfEachSql}
   select id from written where ${permittedSql('policy')}`,
)

/**
 * The compare-and-swap of several relations with one statement, and the ids of those that were replaced. The others moved,
 * or somebody holds their row: `replaceRelation` says which.
 *
 * @param changes of different relations, which have begun
 * @throws as `run` does; what PostgreSQL itself refuses of one (see `isRefused`) is refused of all
 */
export async function replaceTogether(
  sql: Queryable,
  changes: readonly SharedReplacement[],
): Promise<ReadonlySet<string>> {
  if (changes.length === 0) return new Set()
  let at = 1
  const values = changes.map(({ replacement: { standing, body, ...to }, riders }) => {
    const size = body.packed.length
    const value = {
      id: standing.id,
      version: standing.version,
      namespace_id: standing.namespaceId,
      name: standing.name,
      base: standing.metadataLocation,
      uuid: to.uuid,
      metadata_location: to.metadataLocation,
      location: to.location,
      definer_id: to.definerId,
      digest: to.digest,
      at,
      size,
      length: body.length,
      crc: body.crc,
      policy: riders.policyVersion,
      audit: riders.audit,
      idempotency: riders.idempotency ?? {},
    }
    at += size
    return value
  })
  const ids = values.map(({ id }) => id)
  const texts = Buffer.concat(changes.map(({ replacement }) => replacement.body.packed))
  const rows = await sql.run<{ id: string }>(replace, [JSON.stringify(values), ids, texts])
  const replaced = new Set(rows.map(({ id }) => id))
  for (const { replacement, riders } of changes) {
    if (riders.done && replaced.has(replacement.standing.id)) sql.afterCommit(riders.done)
  }
  return replaced
}
