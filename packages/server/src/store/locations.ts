import { type Queryable, type Statement, statement } from './sql.ts'

/** Places that a relation wants to have for itself. */
export interface Claim {
  /** Canonical prefixes, each ending in `/`. */
  readonly prefixes: readonly string[]
  /** All prefixes above them. */
  readonly ancestors: readonly string[]
}

// One lock for all writers that choose a location: they are few, and two of them must not look at the same moment.
const lock = statement('location_lock', `select pg_advisory_xact_lock(hashtext('headgate.locations'))`)

/** Nobody else who holds it begins to use a location until the transaction ends. */
export async function lockLocations(tx: Queryable): Promise<void> {
  await tx.run(lock)
}

// The lateral subquery with LIMIT keeps the planner on one index probe a prefix, whatever it believes of the sizes.
const ofOthers = statement(
  'location_overlap',
  `select 1 from relation_location l where l.relation_id <> $4::uuid and l.location = any($3::text[])
   union all
   select 1 from unnest($1::text[], $2::text[]) w(prefix, beyond)
   cross join lateral (
     select 1 from relation_location l
     where l.relation_id <> $4::uuid and l.location >= w.prefix and l.location < w.beyond limit 1) p
   limit 1`,
)
const ofStaged = statement(
  'location_overlap_staged',
  `select 1 from staged_relation s, unnest(array_append(s.prefixes, s.location)) p(location)
   where s.id <> $4::uuid and (p.location = any($3::text[]) or exists (
     select from unnest($1::text[], $2::text[]) w(prefix, beyond) where p.location >= w.prefix and p.location < w.beyond))
   limit 1`,
)

/**
 * True when another relation, live or dropped, has a location that overlaps. Whoever is to rely on the answer while
 * writing takes `lockLocations` before.
 */
export function overlapsOthers(sql: Queryable, relationId: string, claim: Claim): Promise<boolean> {
  return overlaps(sql, ofOthers, relationId, claim)
}

/** The same for what is being created under another id. */
export function overlapsStaged(sql: Queryable, relationId: string, claim: Claim): Promise<boolean> {
  return overlaps(sql, ofStaged, relationId, claim)
}

async function overlaps(
  sql: Queryable,
  question: Statement,
  relationId: string,
  { prefixes, ancestors }: Claim,
): Promise<boolean> {
  // The character behind the slash: the first text that is beyond everything with the prefix.
  const beyond = prefixes.map((prefix) => `${prefix.slice(0, -1)}0`)
  return (await sql.run(question, [prefixes, beyond, ancestors, relationId])).length > 0
}
