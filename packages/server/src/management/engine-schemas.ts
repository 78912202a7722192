import { z } from 'zod'
import { privileges } from '../access/privilege-bits.ts'
import type { Privilege } from '../privilege.ts'
import type { EngineEntry, EngineEntryChange } from '../directory/engine-entry.ts'
import type { NamedEngine } from '../directory/engines.ts'
import { id, idOrName, instant, formatInstant } from './schemas.ts'

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
    .describe('Users for which it may act: those that match one of the rules; without rules none.'),
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
      'Creates a principal for a user that the engine names and that the server does not know; never for users of a configured issuer.',
    ),
  namesAdministrators: z
    .boolean()
    .describe('It may also name users who have manage on the server, without their proof.'),
  firstCalls: z
    .enum(['deny', 'config-only', 'service'])
    .describe(
      'Calls that it may make without a user: none, the configuration, or everything that it was granted itself.',
    ),
  warehouses: z
    .array(idOrName)
    .max(1_000)
    .nullable()
    .describe('Names or ids of the only warehouses that it reaches, for all users; null: all.'),
  privileges: z
    .array(z.enum(privileges as [Privilege, ...Privilege[]]))
    .max(6)
    .nullable()
    .describe(
      'Privileges that it may use, for all users, with those that they imply; null: all except administer-storage, which must be named.',
    ),
  administers: z.boolean().describe('It may administer for users who may.'),
  refreshes: z.boolean().describe('It may renew storage credentials of its users without them.'),
  viewChains: z.boolean().describe('The server accepts its statement for which view it reads a table.'),
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

export const engineChange: z.ZodType<EngineEntryChange> = z.strictObject(members).partial()

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

/** Converts an engine to its form in responses. */
export function toEngineView({ row, warehouses }: NamedEngine): EngineView {
  const { notBefore: _, warehouses: __, createdAt, updatedAt, ...shown } = row
  return { ...shown, warehouses, createdAt: formatInstant(createdAt), updatedAt: formatInstant(updatedAt) }
}
