import type { Privilege } from '../access/privilege.ts'
import type { PrincipalRow } from './principals.ts'
import { type Queryable, statement } from './sql.ts'

/** Whom an engine may act for: principals of one issuer whose subject or login matches, in one of the groups if any are named. */
export interface SubjectRule {
  /** `headgate` for principals of ours, else the issuer's URL. */
  readonly issuer: string
  /** Matches the whole subject or the whole login: `*` is any text, `?` any one character. */
  readonly pattern: string
  /** Names of groups at the issuer, one of which the principal must be in; empty: none needed. */
  readonly groups: readonly string[]
}

/** What an engine may do when no user is named: nothing, ask for the configuration, or what it was granted itself. */
export type FirstCalls = 'deny' | 'config-only' | 'service'

/** What an engine's entry says. */
export interface EngineSettings {
  readonly subjects: readonly SubjectRule[]
  /** The issuer whose principals its bare user names are; null: it may state no names. */
  readonly namesIssuer: string | null
  readonly unsignedSubjects: boolean
  readonly assertions: boolean
  readonly makesPrincipals: boolean
  /** It may also state the names of people who have `manage` on the server. */
  readonly namesAdministrators: boolean
  readonly firstCalls: FirstCalls
  /** Ids; null: no limit. */
  readonly warehouses: readonly string[] | null
  /** Null: no limit. */
  readonly privileges: readonly Privilege[] | null
  readonly administers: boolean
  readonly refreshes: boolean
  readonly viewChains: boolean
  readonly tokenSeconds: number
  readonly sessionSeconds: number
}

/** An engine as stored, with the principal it is. Times are epoch ms. */
export interface EngineRow
  extends EngineSettings, Pick<PrincipalRow, 'id' | 'issuer' | 'subject' | 'name' | 'enabled' | 'notBefore'> {
  readonly createdAt: number
  readonly updatedAt: number
}

const columns = `p.id, p.issuer, p.subject, p.name, p.enabled, p.not_before as "notBefore", e.subjects, e.names_issuer as "namesIssuer",
  e.unsigned_subjects as "unsignedSubjects", e.assertions, e.makes_principals as "makesPrincipals",
  e.names_administrators as "namesAdministrators", e.first_calls as "firstCalls", e.warehouses::text[] as warehouses, e.privileges,
  e.administers, e.refreshes, e.view_chains as "viewChains", e.token_seconds as "tokenSeconds",
  e.session_seconds as "sessionSeconds", e.created_at as "createdAt", e.updated_at as "updatedAt"`

const written = `subjects, names_issuer, unsigned_subjects, assertions, makes_principals, names_administrators, first_calls,
  warehouses, privileges, administers, refreshes, view_chains, token_seconds, session_seconds`

const insert = statement(
  'engine-insert',
  `insert into engine (principal_id, ${written})
   values ($1, $2::jsonb, $3, $4, $5, $6, $7, $8, $9::uuid[], $10::text[], $11, $12, $13, $14, $15)
   on conflict (principal_id) do nothing returning principal_id`,
)
const update = statement(
  'engine-update',
  `update engine set (${written}, updated_at) =
     ($2::jsonb, $3, $4, $5, $6, $7, $8, $9::uuid[], $10::text[], $11, $12, $13, $14, $15, now())
   where principal_id = $1 returning principal_id`,
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

/** False: the principal is registered already. */
export async function insertEngine(tx: Queryable, id: string, settings: EngineSettings): Promise<boolean> {
  return (await tx.run(insert, [id, ...valuesOf(settings)])).length > 0
}

/** False: it is not registered. */
export async function updateEngine(tx: Queryable, id: string, settings: EngineSettings): Promise<boolean> {
  return (await tx.run(update, [id, ...valuesOf(settings)])).length > 0
}

/** The principal stays. False: it is not registered. */
export async function deleteEngine(tx: Queryable, id: string): Promise<boolean> {
  return (await tx.run(remove, [id])).length > 0
}

/** The engine that this principal is; null: it is none. */
export async function findEngine(sql: Queryable, principalId: string): Promise<EngineRow | null> {
  return (await sql.run<EngineRow>(byId, [principalId]))[0] ?? null
}

/** The engine that an issuer means by this subject: its principal, or a client that runs under that name. */
export async function findEngineOfParty(
  sql: Queryable,
  issuer: string,
  subject: string,
): Promise<EngineRow | null> {
  return (await sql.run<EngineRow>(byParty, [issuer, subject]))[0] ?? null
}

/** Engines in byte order of their names. */
export function listEngines(
  sql: Queryable,
  { after, limit }: { readonly after: Pick<EngineRow, 'name' | 'id'> | null; readonly limit: number },
): Promise<EngineRow[]> {
  return sql.run<EngineRow>(page, [after?.name ?? null, after?.id ?? null, limit])
}

function valuesOf(settings: EngineSettings): unknown[] {
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
    settings.tokenSeconds,
    settings.sessionSeconds,
  ]
}
