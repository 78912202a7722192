import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import type { Decision } from '../access/decision.ts'
import { grantingPrivilege } from '../access/privilege-bits.ts'
import { parseFilter } from '@headgate/iceberg/expression'
import type { Privilege, Restriction } from '../privilege.ts'
import type { RefusedObject } from '../access/refuse.ts'
import type { GranteeReference } from '../directory/grantees.ts'
import {
  grantPrivileges,
  type GrantRequest,
  revokePrivileges,
  type SecurableRow,
} from '../directory/grants.ts'
import { previewGrant } from '../directory/preview-grant.ts'
import type { RequestedChange } from '../directory/policy-change.ts'
import type { Call } from '../operation/operation.ts'
import { administer, type ManagementDeps, requestChange } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { granteeName } from './grantee.ts'
import { changedView } from './role-members.ts'
import { type HolderView, holderView, toHolderView } from './holder-view.ts'
import {
  toSecurableKind,
  formatSecurable,
  type SecurableName,
  securableName,
  requireSecurable,
} from './securable.ts'

export const privilege: z.ZodType<Privilege> = z
  .enum(['use', 'select', 'modify', 'create', 'manage', 'administer-storage'])
  .meta({ id: 'Privilege' })

const restrictionMembers = {
  rows: z
    .string()
    .min(1)
    .max(4_000)
    .describe("Condition on the rows that may be read, such as region = 'eu' and amount >= 10."),
  columns: z
    .array(z.string().min(1).max(255))
    .min(1)
    .max(1_000)
    .describe('Names of the columns that may be read. Only engines with enforcesRestrictions can read then.'),
} as const

/** Restriction of a grant of `select` in responses. */
export const restrictionView: z.ZodType<Restriction> = z
  .strictObject({
    rows: restrictionMembers.rows.nullable(),
    columns: restrictionMembers.columns.readonly().nullable(),
  })
  .meta({
    id: 'Restriction',
    description: 'Rows and columns to which a grant of select is restricted. Null: all.',
  })

interface GrantBody {
  readonly privilege?: Privilege | undefined
  readonly privileges?: readonly Privilege[] | undefined
  readonly rows?: string | undefined
  readonly columns?: readonly string[] | undefined
  readonly on: SecurableName
  readonly to: GranteeReference
}

const grantBody: z.ZodType<GrantBody> = z
  .strictObject({
    privilege: privilege.optional(),
    privileges: z
      .array(privilege)
      .min(1)
      .max(6)
      .optional()
      .describe('Several privileges, which are granted or revoked together or not at all.'),
    rows: restrictionMembers.rows.optional(),
    columns: restrictionMembers.columns.optional(),
    on: securableName,
    to: granteeName,
  })
  .refine(
    (body) => (body.privilege === undefined) !== (body.privileges === undefined),
    'must contain either privilege or privileges',
  )
  .meta({
    id: 'GrantRequest',
    description: 'Grant or revocation. Must contain either privilege or privileges.',
  })

interface PreviewBody extends GrantBody {
  readonly action: 'grant' | 'revoke'
}

const previewBody: z.ZodType<PreviewBody> = z
  .strictObject({
    action: z.enum(['grant', 'revoke']),
    privilege: privilege.optional(),
    privileges: z.array(privilege).min(1).max(6).optional(),
    on: securableName,
    to: granteeName,
  })
  .refine(
    (body) => (body.privilege === undefined) !== (body.privileges === undefined),
    'must contain either privilege or privileges',
  )

interface EffectView {
  readonly privilege: Privilege
  readonly gains: readonly HolderView[]
  readonly loses: readonly HolderView[]
  readonly isComplete: boolean
}

const effectView: z.ZodType<EffectView> = z
  .strictObject({
    privilege,
    gains: z.array(holderView).describe('Principals that do not have the privilege now.'),
    loses: z.array(holderView).describe('Principals that have the privilege for no other reason.'),
    isComplete: z
      .boolean()
      .describe('False: further principals are affected that the caller may not see, or that exceed 1000.'),
  })
  .meta({ id: 'GrantEffect' })

function requestedPrivileges({ privilege, privileges = [] }: GrantBody): readonly Privilege[] {
  return [...new Set(privilege === undefined ? privileges : [privilege])]
}

/** @throws HeadgateError `bad-request` for a malformed filter, and for another privilege than `select` */
function requestedRestriction({ rows, columns, ...body }: GrantBody): Restriction | null {
  if (rows === undefined && columns === undefined) return null
  const privileges = requestedPrivileges(body)
  if (privileges.length !== 1 || privileges[0] !== 'select')
    throw new HeadgateError(
      'bad-request',
      'rows and columns restrict only the privilege select. Grant it in its own request.',
    )
  if (rows !== undefined) parseFilter(rows)
  return { rows: rows ?? null, columns: columns ?? null }
}

interface Prepared {
  readonly change: RequestedChange
  readonly request: GrantRequest
}

/** Checks that the caller may grant or revoke each of these privileges on the object. */
function permitAll(
  call: Call,
  { chain }: SecurableRow,
  object: RefusedObject,
  [first = 'manage', ...others]: readonly Privilege[],
): Decision {
  let decision = administer(call, chain, object, grantingPrivilege(first))
  for (const other of others) decision = administer(call, chain, object, grantingPrivilege(other))
  return decision
}

/**
 * Returns the operations for grants. Callers with `manage` on an object may grant and revoke privileges on it.
 * Only holders of `administer-storage` may grant and revoke `administer-storage`.
 */
export function grantOperations(deps: ManagementDeps): readonly ManagementOperation[] {
  const { sql } = deps
  const subject = 'grants'
  const response = { status: 200, schema: changedView, description: 'Whether anything changed.' } as const

  async function prepare(call: Call, body: GrantBody): Promise<Prepared> {
    const { row, object } = await requireSecurable(sql, body.on)
    const privileges = requestedPrivileges(body)
    const decision = permitAll(call, row, object, privileges)
    call.audit.object = formatSecurable(body.on)
    return {
      change: requestChange(call, decision),
      request: { object: row, privileges, restriction: requestedRestriction(body), grantee: body.to },
    }
  }

  const grant = defineOperation({
    id: 'grantPrivilege',
    method: 'POST',
    path: '/management/v1/grants',
    subject,
    summary:
      'Grants one or several privileges on an object, and on everything below it, to a principal, a role or a group.',
    body: grantBody,
    response,
    async run({ body }, call) {
      if (requestedPrivileges(body).includes('create') && toSecurableKind(body.on) === 'relation') {
        throw new HeadgateError(
          'bad-request',
          'The privilege create does not apply to a table or view. Grant it on a namespace, a warehouse or the server.',
        )
      }
      await deps.discover?.(call, body.on)
      const { change, request } = await prepare(call, body)
      return { changed: await grantPrivileges(deps, change, request) }
    },
  })

  const revoke = defineOperation({
    id: 'revokePrivilege',
    method: 'POST',
    path: '/management/v1/grants/revoke',
    subject,
    summary: 'Revokes exactly the named grants. Rights from other grants, roles or ownership remain.',
    body: grantBody,
    response,
    async run({ body }, call) {
      if (requestedRestriction(body) !== null)
        throw new HeadgateError('bad-request', 'Revoke select without rows and columns.')
      const { change, request } = await prepare(call, body)
      return { changed: await revokePrivileges(deps, change, request) }
    },
  })

  const preview = defineOperation({
    id: 'previewGrant',
    method: 'POST',
    path: '/management/v1/grants/preview',
    subject,
    summary:
      'Lists the principals that would gain or lose privileges on the object itself by a grant or a revocation, and changes nothing.',
    body: previewBody,
    response: {
      status: 200,
      schema: z.strictObject({ effects: z.array(effectView) }),
      description: 'The effect on each privilege.',
    },
    async run({ body: { action, ...body } }, call) {
      const { request } = await prepare(call, body)
      const asking = call.policy
      const callerId = call.identity.principal.id
      const effects = await previewGrant(deps, { ...request, action, asking, callerId })
      return {
        effects: effects.map(({ privilege, gains, loses, isComplete }) => ({
          privilege,
          gains: gains.map(toHolderView),
          loses: loses.map(toHolderView),
          isComplete,
        })),
      }
    },
  })

  return [grant, revoke, preview]
}
