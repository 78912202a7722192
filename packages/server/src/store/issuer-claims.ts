import { type Queryable, statement } from './sql.ts'

/** Claims of the last accepted token of an issuer. */
export interface SeenClaims {
  /** Epoch ms. */
  readonly at: number
  /** Values of the claims, keyed by the name of the claim. Each value is a shortened text without tokens. */
  readonly claims: Readonly<Record<string, string>>
}

/** Use of an issuer. */
export interface IssuerUse {
  readonly principals: number
  /** Epoch ms. Null: no principal of the issuer has signed in. */
  readonly lastLoginAt: number | null
  readonly claims: SeenClaims | null
}

interface UseRow {
  readonly issuer: string
  readonly principals: number
  readonly lastLoginAt: number | null
  readonly at: number | null
  readonly claims: Readonly<Record<string, string>> | null
}

const note = statement(
  'issuer-claims-note',
  `insert into issuer_claims (issuer, seen_at, claims) values ($1, now(), $2::jsonb)
   on conflict (issuer) do update set seen_at = excluded.seen_at, claims = excluded.claims
   where issuer_claims.seen_at < now() - interval '30 seconds'`,
)
const use = statement(
  'issuer-use',
  `select i.issuer, coalesce(p.count, 0)::int as principals, p.last as "lastLoginAt", c.seen_at as at, c.claims
   from unnest($1::text[]) as i(issuer)
   left join lateral (select count(*) as count, max(last_login_at) as last from principal where issuer = i.issuer) p on true
   left join issuer_claims c on c.issuer = i.issuer`,
)

/** Records the claims of a token, unless newer ones are recorded. */
export async function noteIssuerClaims(
  sql: Queryable,
  issuer: string,
  claims: SeenClaims['claims'],
): Promise<void> {
  await sql.run(note, [issuer, JSON.stringify(claims)])
}

/** Returns the use of issuers by their names. */
export async function findIssuerUse(
  sql: Queryable,
  issuers: readonly string[],
): Promise<ReadonlyMap<string, IssuerUse>> {
  const rows = await sql.run<UseRow>(use, [issuers])
  return new Map(
    rows.map(({ issuer, at, claims, ...rest }) => [
      issuer,
      { ...rest, claims: at === null || claims === null ? null : { at, claims } },
    ]),
  )
}
