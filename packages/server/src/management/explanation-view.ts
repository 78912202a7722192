import { z } from 'zod'
import type { ExplainedObject, ExplainedReason } from '../access/explain-access.ts'
import type { Privilege } from '../privilege.ts'
import type { Grantee } from '../directory/grantees.ts'
import { granteeView } from './grantee.ts'
import { privilege } from './grants.ts'
import { id, instant } from './schemas.ts'
import { type SecurableName, securableName } from './securable.ts'

export interface ReasonView extends Omit<ExplainedReason, 'grantedAt'> {
  readonly grantedAt: string | null
}

interface Party {
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly name: string
}

export interface ExplanationView {
  readonly principal: Party
  readonly engine: Party | null
  readonly privilege: Privilege
  readonly on: SecurableName
  readonly outcome: 'allow' | 'deny' | 'hide'
  readonly deciding: ReasonView | null
  readonly limitedBy: string | null
  readonly forbiddenBy: readonly string[] | null
  readonly shutOut: 'principal' | 'engine' | 'subject' | null
  readonly mustBeProven: boolean
  readonly own: readonly Privilege[]
  readonly effective: readonly Privilege[]
  readonly chain: readonly (ExplainedObject & { readonly reasons: readonly ReasonView[] })[]
  readonly managers: readonly (Grantee & { readonly on: string })[]
}

/** Principal of a call. */
export const party: z.ZodType<Party> = z
  .strictObject({ id, issuer: z.string(), subject: z.string(), name: z.string() })
  .meta({ id: 'Party' })

const kind = z.enum(['server', 'warehouse', 'namespace', 'relation'])

const reason: z.ZodType<ReasonView> = z
  .strictObject({
    because: z.enum(['owner', 'grant']).describe('Owners have manage without a grant.'),
    privilege,
    on: z.strictObject({ kind, name: z.string() }).describe('The object itself, or one above it.'),
    to: granteeView,
    through: z
      .array(z.string())
      .describe(
        'The groups and roles by which the principal has it, its own first; empty: it is granted to the principal.',
      ),
    grantedAt: instant.nullable(),
  })
  .meta({ id: 'AccessReason' })

export const explanationView: z.ZodType<ExplanationView> = z
  .strictObject({
    principal: party,
    engine: party.nullable(),
    privilege,
    on: securableName,
    outcome: z
      .enum(['allow', 'deny', 'hide'])
      .describe(
        'deny: it may be seen, but this may not be done (403). hide: it looks as if it did not exist (404).',
      ),
    deciding: reason
      .nullable()
      .describe(
        'Ownership or grant that decides; null: none, or one on an object that the caller does not manage.',
      ),
    limitedBy: z
      .string()
      .nullable()
      .describe('The engine through which the principal may not do what it may otherwise.'),
    forbiddenBy: z
      .array(z.string())
      .nullable()
      .describe(
        'Names of the policies that remove the granted right; empty: no policy permits it. Null: it is not so.',
      ),
    shutOut: z
      .enum(['principal', 'engine', 'subject'])
      .nullable()
      .describe(
        'All rights are refused: the principal or the engine is disabled, or the engine may not act for the principal.',
      ),
    mustBeProven: z.boolean().describe('Nothing is allowed where the engine only states who it acts for.'),
    own: z.array(privilege).describe('Privileges of the principal here, without the limits of the engine.'),
    effective: z.array(privilege).describe('Privileges within the limits of the engine.'),
    chain: z
      .array(
        z.strictObject({
          kind,
          id,
          name: z.string(),
          owner: z.strictObject({ id, name: z.string() }).nullable(),
          reasons: z.array(reason).describe('Ownership and grants of the principal on this object.'),
        }),
      )
      .describe('The object and all above it, the server last.'),
    managers: z
      .array(
        z.strictObject({
          kind: z.enum(['principal', 'role', 'group']),
          id,
          name: z.string().nullable(),
          on: z.string(),
        }),
      )
      .describe(
        'Some of those who could grant what is missing, with the object that they manage: of the objects that the caller uses; of the server for holders of manage there.',
      ),
  })
  .meta({ id: 'AccessExplanation' })
