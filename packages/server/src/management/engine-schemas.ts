import { z } from 'zod'
import { privileges } from '../access/privilege-bits.ts'
import type { Privilege } from '../access/privilege.ts'
import type { EngineRow, EngineSettings } from '../store/engines.ts'
import { id, idOrName, instant, instantOf } from './schemas.ts'

/** An engine's entry as management takes and shows it. */
export interface EngineEntry extends Omit<EngineSettings, 'warehouses'> {
  /** Names; null: no limit. */
  readonly warehouses: readonly string[] | null
}

export interface EngineView extends EngineEntry {
  readonly id: string
  readonly name: string
  readonly issuer: string
  readonly subject: string
  readonly enabled: boolean
  readonly createdAt: string
  readonly updatedAt: string
}

const issuer = z.string().min(1).max(512)

const subjectRule = z
  .strictObject({
    issuer: issuer.describe("headgate for principals made here, else the issuer's URL."),
    pattern: z
      .string()
      .min(1)
      .max(256)
      .default('*')
      .describe('Matches the whole subject or login: * is any text, ? any one character.'),
    groups: z
      .array(z.string().min(1).max(512))
      .max(100)
      .default([])
      .describe('Groups at the issuer, one of which the user must be in; empty: none needed.'),
  })
  .meta({ id: 'SubjectRule' })

const members = {
  subjects: z
    .array(subjectRule)
    .max(100)
    .describe('For whom it may act: any user that one of the rules fits; without rules nobody.'),
  namesIssuer: issuer
    .nullable()
    .describe('The issuer whose users its bare user names are; null: it states none.'),
  unsignedSubjects: z
    .boolean()
    .describe(
      "It may state a user by an unsigned token, as Iceberg's own dialect does (Trino session=USER).",
    ),
  assertions: z
    .boolean()
    .describe('It may assert users by tokens that it signs with a registered key (RFC 7523).'),
  makesPrincipals: z
    .boolean()
    .describe(
      'A user that it names and nobody knows yet is made a principal; never one of a configured issuer.',
    ),
  namesAdministrators: z
    .boolean()
    .describe('It may also name users who have manage on the server, without their proof.'),
  firstCalls: z
    .enum(['deny', 'config-only', 'service'])
    .describe(
      'What it may do without a user: nothing, ask for the configuration, or what it was granted itself.',
    ),
  warehouses: z
    .array(idOrName)
    .max(1_000)
    .nullable()
    .describe('The only warehouses it reaches, whoever it acts for, by name or id; null: all.'),
  privileges: z
    .array(z.enum(privileges as [Privilege, ...Privilege[]]))
    .max(6)
    .nullable()
    .describe(
      'The only privileges it uses, whoever it acts for, with those that they imply; null: all but administer-storage, which must be named.',
    ),
  administers: z.boolean().describe('It may administer for users who may.'),
  refreshes: z.boolean().describe('It may renew storage credentials of its users without them.'),
  viewChains: z.boolean().describe('It is believed which view it reads a table for.'),
  tokenSeconds: z.int().min(60).max(86_400).describe('Life of the tokens of its users.'),
  sessionSeconds: z
    .int()
    .min(60)
    .max(30 * 86_400)
    .describe('How long a token of a user can be renewed, counted from the proof of the user.'),
} as const

/** A new entry, and the principal it is for. */
export interface NewEngine extends EngineEntry {
  readonly principal: string
}

export const newEngine: z.ZodType<NewEngine> = z.strictObject({
  principal: idOrName.describe('Its id, or the client id.'),
  subjects: members.subjects.default([]),
  namesIssuer: members.namesIssuer.default(null),
  unsignedSubjects: members.unsignedSubjects.default(false),
  assertions: members.assertions.default(false),
  makesPrincipals: members.makesPrincipals.default(false),
  namesAdministrators: members.namesAdministrators.default(false),
  firstCalls: members.firstCalls.default('config-only'),
  warehouses: members.warehouses.default(null),
  privileges: members.privileges.default(null),
  administers: members.administers.default(false),
  refreshes: members.refreshes.default(true),
  viewChains: members.viewChains.default(false),
  tokenSeconds: members.tokenSeconds.default(900),
  sessionSeconds: members.sessionSeconds.default(86_400),
})

/** What of an entry changes. */
export type EngineChange = { readonly [name in keyof EngineEntry]?: EngineEntry[name] | undefined }

export const engineChange: z.ZodType<EngineChange> = z.strictObject(members).partial()

/** An entry with a change made. */
export function changedEntry(entry: EngineEntry, change: EngineChange): EngineEntry {
  const given = Object.entries(change).filter(([, value]) => value !== undefined)
  return { ...entry, ...(Object.fromEntries(given) as Partial<EngineEntry>) }
}

export const engineView: z.ZodType<EngineView> = z
  .strictObject({
    id: id.describe('Of its principal.'),
    name: z.string(),
    issuer: z.string(),
    subject: z.string(),
    enabled: z.boolean().describe('Whether its principal is.'),
    ...members,
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Engine' })

/** What of a stored engine is its entry. */
export function entryOf(row: EngineRow): EngineEntry {
  const { id: _, name: __, issuer: ___, subject: ____, enabled: _5, notBefore: _6, ...rest } = row
  const { createdAt: _7, updatedAt: _8, ...entry } = rest
  return entry
}

/** @param nameOf the name of a warehouse by its id; undefined: it is gone */
export function viewOfEngine(row: EngineRow, nameOf: (id: string) => string | undefined): EngineView {
  const { notBefore: _, warehouses, createdAt, updatedAt, ...shown } = row
  return {
    ...shown,
    warehouses: warehouses?.map((id) => nameOf(id) ?? id) ?? null,
    createdAt: instantOf(createdAt),
    updatedAt: instantOf(updatedAt),
  }
}
