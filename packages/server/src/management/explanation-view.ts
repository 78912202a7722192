import { z } from 'zod'
import type { ExplainedObject, ExplainedReason } from '../access/explain-access.ts'
import type { Privilege } from '../privilege.ts'
import type { Grantee } from '../directory/grantees.ts'
import { granteeView } from './grantee.ts'
import { privilege, restrictionView } from './grants.ts'
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

/** Principal or engine in an explanation. */
export const party: z.ZodType<Party> = z
  .strictObject({ id, issuer: z.string(), subject: z.string(), name: z.string() })
  .meta({ id: 'Party' })

const kind = z.enum(['server', 'warehouse', 'namespace', 'relation'])

const reason: z.ZodType<ReasonView> = z
  .strictObject({
    because: z
      .enum(['owner', 'grant'])
      .describe('owner: the owner of an object has manage without a grant. grant: a grant on the object.'),
    privilege,
    restriction: restrictionView.nullable(),
    on: z
      .strictObject({ kind, name: z.string() })
      .describe('Object that is owned or granted: the requested object, or an object that contains it.'),
    to: granteeView,
    through: z
      .array(z.string())
      .describe(
        'Groups and roles through which the principal has the privilege, starting with those of the principal itself. Empty: the privilege is granted to the principal.',
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
        'deny: the principal may see the object, but does not have the privilege (403). hide: the principal may not see the object (404).',
      ),
    deciding: reason
      .nullable()
      .describe(
        'Ownership or grant that decides. Null: no ownership or grant decides, or it is on an object that the caller does not manage.',
      ),
    limitedBy: z
      .string()
      .nullable()
      .describe(
        'Name of the engine whose limits refuse what the principal itself may do. Null: no engine limits the decision.',
      ),
    forbiddenBy: z
      .array(z.string())
      .nullable()
      .describe(
        'Names of the Cedar policies that forbid what grants allow. Empty: no Cedar policy permits it. Null: Cedar policies do not refuse it.',
      ),
    shutOut: z
      .enum(['principal', 'engine', 'subject'])
      .nullable()
      .describe(
        'All rights are refused: the principal or the engine is disabled, or the engine may not act for the principal.',
      ),
    mustBeProven: z
      .boolean()
      .describe(
        'True: the principal must authenticate itself. The access is refused because the engine only names the principal for which it acts.',
      ),
    own: z
      .array(privilege)
      .describe('Privileges of the principal on the object, without the limits of the engine.'),
    effective: z
      .array(privilege)
      .describe('Privileges of the principal on the object, within the limits of the engine.'),
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
      .describe('The object and all objects that contain it, the server last.'),
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
        'Some principals, roles and groups that could grant the missing privilege, with the object that they manage. Lists only objects that the caller may use, and the server only for holders of manage on the server.',
      ),
  })
  .meta({ id: 'AccessExplanation' })
