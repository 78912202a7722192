import type { Privilege } from '../privilege.ts'
import type { PrincipalRow } from './principals.ts'
import { type Queryable, statement } from './sql.ts'

/**
 * Rule for the users for whom an engine may act. It allows principals of one issuer whose subject or login matches
 * the pattern and, if the rule lists groups, that are a member of one of the groups.
 */
export interface SubjectRule {
  /** `headgate` for principals of Headgate, else the issuer's URL. */
  readonly issuer: string
  /**
   * Pattern that must match the complete subject or the complete login: `*` matches any text, `?` matches any one
   * character.
   */
  readonly pattern: string
  /**
   * Names of groups at the issuer. The principal must be a member of one of them. An empty list allows all
   * principals.
   */
  readonly groups: readonly string[]
}

/**
 * Requests that an engine may send on its own behalf, without a user. `deny`: none. `config-only`: only
 * requests for the client configuration. `service`: all requests that the grants of the engine allow.
 */
export type FirstCalls = 'deny' | 'config-only' | 'service'

/** Settings of an engine entry: the record that allows a client to act for users. */
export interface EngineSettings {
  readonly subjects: readonly SubjectRule[]
  /**
   * Issuer of the users that the engine may name without a token of the user. Null when the engine may not do this.
   */
  readonly namesIssuer: string | null
  readonly unsignedSubjects: boolean
  readonly assertions: boolean
  readonly makesPrincipals: boolean
  /** Whether the engine may also name users with the privilege `manage` on the server without a token of the user. */
  readonly namesAdministrators: boolean
  readonly firstCalls: FirstCalls
  /** Ids of the warehouses that the engine may use. Null for all warehouses. */
  readonly warehouses: readonly string[] | null
  /** Privileges that the engine may use. Null for all privileges. */
  readonly privileges: readonly Privilege[] | null
  readonly administers: boolean
  readonly refreshes: boolean
  readonly viewChains: boolean
  /** Whether the engine is trusted to enforce the row filters and column projections of restricted grants. */
  readonly enforcesRestrictions: boolean
  readonly tokenSeconds: number
  readonly sessionSeconds: number
}

/** Engine entry with the principal of the engine. Times are epoch ms. */
export interface EngineRow
  extends EngineSettings, Pick<PrincipalRow, 'id' | 'issuer' | 'subject' | 'name' | 'enabled' | 'notBefore'> {
  readonly createdAt: number
  readonly updatedAt: number
}

const columns = `p.id, p.issuer, p.subject, p.name, p.enabled, p.not_before as "notBefore", e.subjects, e.names_issuer as "namesIssuer",
  e.unsigned_subjects as "unsignedSubjects", e.assertions, e.makes_principals as "makesPrincipals",
  e.names_administrators as "namesAdministrators", e.first_calls as "firstCalls", e.warehouses::text[] as warehouses, e.privileges,
  e.administers, e.refreshes, e.view_chains as "viewChains", e.enforces_restrictions as "enforcesRestrictions", e.token_seconds as "tokenSeconds",
  e.session_seconds as "sessionSeconds", e.created_at as "createdAt", e.updated_at as "updatedAt"`

const written = `subjects, names_issuer, unsigned_subjects, assertions, makes_principals, names_administrators, first_calls,
  warehouses, privileges, administers, refreshes, view_chains, enforces_restrictions, token_seconds, session_seconds`

const insert = statement(
  'engine-insert',
  `insert into engine (principal_id, ${written})
   values ($1, $2::jsonb, $3, $4, $5, $6, $7, $8, $9::uuid[], $10::text[], $11, $12, $13, $14, $15, $16)
   on conflict (principal_id) do nothing returning principal_id`,
)
const update = statement(
  'engine-update',
  `update engine set (${written}, updated_at) =
     ($2::jsonb, $3, $4, $5, $6, $7, $8, $9::uuid[], $10::text[], $11, $12, $13, $14, $15, $16, now())
   where principal_id = $1 returning principal_id`,
)
const ofIssuer = statement(
  'engine-names-issuer',
  'select exists (select from engine where names_issuer = $1) as named',
)
const remove = statement('engine-delete', `delete from engine where principal_id = $1 returning principal_id`)
const byId = statement(
  'engine-by-id',
  `select ${columns} from engine e join principal p on p.id = e.principal_id where e.principal_id = $1`,
)
const byParty = statement(
  'engine-by-party',
  `select ${columns} from engine e join principal p on p.id = e.principal_id
   where (p.issuer = $1 and p.subject = $2)
     or e.principal_id = (select f.principal_id from client_federation f where f.issuer = $1 and f.subject = $2)
   order by (p.issuer = $1 and p.subject = $2) desc limit 1`,
)
const page = statement(
  'engine-page',
  `select ${columns} from engine e join principal p on p.id = e.principal_id
   where $1::text is null or (p.name, p.id) > ($1, $2::uuid) order by p.name, p.id limit $3`,
)

/** Registers a principal as an engine. Returns false when the principal is already registered as an engine. */
export async function insertEngine(tx: Queryable, id: string, settings: EngineSettings): Promise<boolean> {
  return (await tx.run(insert, [id, ...toValues(settings)])).length > 0
}

/** Replaces the settings of an engine. Returns false when the principal is not registered as an engine. */
export async function updateEngine(tx: Queryable, id: string, settings: EngineSettings): Promise<boolean> {
  return (await tx.run(update, [id, ...toValues(settings)])).length > 0
}

/**
 * Deletes the entry of an engine, but not its principal. Returns false when the principal is not registered as an
 * engine.
 */
export async function deleteEngine(tx: Queryable, id: string): Promise<boolean> {
  return (await tx.run(remove, [id])).length > 0
}

/** Returns the engine entry of a principal, or null. */
export async function findEngine(sql: Queryable, principalId: string): Promise<EngineRow | null> {
  return (await sql.run<EngineRow>(byId, [principalId]))[0] ?? null
}

/**
 * Returns the engine that a token with this issuer and subject identifies: the engine's principal has this issuer and
 * subject, or the engine's client is linked to them (`client_federation`).
 */
export async function findEngineOfParty(
  sql: Queryable,
  issuer: string,
  subject: string,
): Promise<EngineRow | null> {
  return (await sql.run<EngineRow>(byParty, [issuer, subject]))[0] ?? null
}

/** Returns engine entries in the byte order of the engine names. */
export function listEngines(
  sql: Queryable,
  { after, limit }: { readonly after: Pick<EngineRow, 'name' | 'id'> | null; readonly limit: number },
): Promise<EngineRow[]> {
  return sql.run<EngineRow>(page, [after?.name ?? null, after?.id ?? null, limit])
}

function toValues(settings: EngineSettings): unknown[] {
  return [
    JSON.stringify(settings.subjects),
    settings.namesIssuer,
    settings.unsignedSubjects,
    settings.assertions,
    settings.makesPrincipals,
    settings.namesAdministrators,
    settings.firstCalls,
    settings.warehouses,
    settings.privileges,
    settings.administers,
    settings.refreshes,
    settings.viewChains,
    settings.enforcesRestrictions,
    settings.tokenSeconds,
    settings.sessionSeconds,
  ]
}

/**
 * Returns whether at least one engine may name users of this issuer without a token of the user
 * (`namesIssuer`).
 */
export async function isNamedByEngine(sql: Queryable, issuer: string): Promise<boolean> {
  return (await sql.run<{ named: boolean }>(ofIssuer, [issuer]))[0]?.named === true
}
