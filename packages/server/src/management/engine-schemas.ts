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
    issuer: issuer.describe('headgate for principals of this server, otherwise the URL of the issuer.'),
    pattern: z
      .string()
      .min(1)
      .max(256)
      .default('*')
      .describe('Pattern for the whole subject or login. * matches any text, ? matches one character.'),
    groups: z
      .array(z.string().min(1).max(512))
      .max(100)
      .default([])
      .describe(
        'Groups at the issuer. The user must be in one of these groups. Empty: the user need not be in a group.',
      ),
  })
  .meta({ id: 'SubjectRule' })

const members = {
  subjects: z
    .array(subjectRule)
    .max(100)
    .describe(
      'Users for which the engine may act: those that match one of these rules. Without rules, the engine may act for no user.',
    ),
  namesIssuer: issuer
    .nullable()
    .describe(
      'Issuer of the users that the engine identifies only by a user name. Null: the engine may not identify users by name.',
    ),
  unsignedSubjects: z
    .boolean()
    .describe(
      'The engine may name its user in an unsigned token, as Iceberg clients do (Trino: iceberg.rest-catalog.session=USER).',
    ),
  assertions: z
    .boolean()
    .describe('The engine may name its user in a token that it signs with a registered key (RFC 7523).'),
  makesPrincipals: z
    .boolean()
    .describe(
      'The server creates a principal for an unknown user that the engine names, but never for a user of a configured issuer.',
    ),
  namesAdministrators: z
    .boolean()
    .describe(
      'The engine may also name users who have manage on the server, although these users have not been authenticated.',
    ),
  firstCalls: z
    .enum(['deny', 'config-only', 'service'])
    .describe(
      'Requests that the engine may send without a user. deny: none. config-only: only the catalog configuration. service: everything for which the engine itself has privileges.',
    ),
  warehouses: z
    .array(idOrName)
    .max(1_000)
    .nullable()
    .describe('Names or ids of the warehouses that the engine may use, for all users. Null: all warehouses.'),
  privileges: z
    .array(z.enum(privileges as [Privilege, ...Privilege[]]))
    .max(6)
    .nullable()
    .describe(
      'Privileges that the engine may use, for all users, including the privileges that they imply. Null: all privileges except administer-storage, which must be listed.',
    ),
  administers: z
    .boolean()
    .describe('The engine may call administrative operations for users who may call them.'),
  refreshes: z
    .boolean()
    .describe('The engine may renew storage credentials of its users without a token of the user.'),
  viewChains: z
    .boolean()
    .describe(
      'The server trusts the engine to name the views through which it reads a table (referenced-by).',
    ),
  enforcesRestrictions: z
    .boolean()
    .describe(
      'The server trusts the engine to enforce the row filters and column projections of restricted grants (read-restrictions).',
    ),
  tokenSeconds: z
    .int()
    .min(60)
    .max(86_400)
    .describe('Lifetime in seconds of tokens that the engine gets for its users.'),
  sessionSeconds: z
    .int()
    .min(60)
    .max(30 * 86_400)
    .describe(
      'Time in seconds for which a token of a user can be renewed, counted from the authentication of the user.',
    ),
} as const

/** New engine entry, and the principal that becomes an engine. */
export interface NewEngine extends EngineEntry {
  readonly principal: string
}

export const newEngine: z.ZodType<NewEngine> = z.strictObject({
  principal: idOrName.describe('Id or client id of the principal that becomes an engine.'),
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
  enforcesRestrictions: members.enforcesRestrictions.default(false),
  tokenSeconds: members.tokenSeconds.default(900),
  sessionSeconds: members.sessionSeconds.default(86_400),
})

export const engineChange: z.ZodType<EngineEntryChange> = z
  .strictObject(members)
  .partial()
  .meta({ id: 'EngineChange' })

export const engineView: z.ZodType<EngineView> = z
  .strictObject({
    id: id.describe('Id of the principal.'),
    name: z.string(),
    issuer: z.string(),
    subject: z.string(),
    enabled: z.boolean().describe('True: the principal is enabled.'),
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
