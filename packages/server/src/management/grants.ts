import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import type { Decision } from '../access/decision.ts'
import type { Privilege } from '../access/privilege.ts'
import type { RefusedObject } from '../access/refuse.ts'
import type { Call } from '../http/operation.ts'
import { deleteGrant, insertGrant, type SecurableRow } from '../store/grants.ts'
import { administer, changePolicy, type ManagementParts } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { type Grantee, granteeName, type GranteeName, granteeOf } from './grantee.ts'
import { keepAdministering } from './keep-administering.ts'
import { changedView } from './role-members.ts'
import { kindOf, labelOf, type SecurableName, securableName, securableOf } from './securable.ts'

export const privilege: z.ZodType<Privilege> = z
  .enum(['use', 'select', 'modify', 'create', 'manage', 'administer-storage'])
  .meta({ id: 'Privilege' })

interface GrantBody {
  readonly privilege?: Privilege | undefined
  readonly privileges?: readonly Privilege[] | undefined
  readonly on: SecurableName
  readonly to: GranteeName
}

const grantBody: z.ZodType<GrantBody> = z
  .strictObject({
    privilege: privilege.optional(),
    privileges: z.array(privilege).min(1).max(6).optional().describe('Several at once: all, or none.'),
    on: securableName,
    to: granteeName,
  })
  .refine(
    (body) => (body.privilege === undefined) !== (body.privileges === undefined),
    'names either privilege or privileges',
  )
  .meta({ id: 'GrantRequest', description: 'Names either privilege or privileges.' })

function privilegesOf({ privilege, privileges = [] }: GrantBody): readonly Privilege[] {
  return [...new Set(privilege === undefined ? privileges : [privilege])]
}

interface Prepared {
  readonly decision: Decision
  readonly row: SecurableRow
  readonly grantee: Grantee
  readonly privileges: readonly Privilege[]
}

/** Requires every privilege that is needed to grant or revoke the given ones on the object. */
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

/** Makes one change for each privilege. Returns true when any of them changed something. */
async function changeEach(
  privileges: readonly Privilege[],
  change: (privilege: Privilege) => Promise<boolean>,
): Promise<boolean> {
  let changed = false
  for (const privilege of privileges) changed = (await change(privilege)) || changed
  return changed
}

/** The privilege that lets its holder grant and revoke `privilege` on an object and on everything below. */
export function grantingPrivilege(privilege: Privilege): Privilege {
  return privilege === 'administer-storage' ? privilege : 'manage'
}

/** Callers with `manage` on an object grant and revoke its privileges; `administer-storage` only its holders. */
export function grantOperations(parts: ManagementParts): readonly ManagementOperation[] {
  const { sql } = parts
  const subject = 'grants'
  const answer = { status: 200, schema: changedView, description: 'Whether anything changed.' } as const

  async function prepare(call: Call, body: GrantBody, give = false): Promise<Prepared> {
    const { row, object } = await securableOf(sql, body.on)
    const privileges = privilegesOf(body)
    const decision = permitAll(call, row, object, privileges)
    const grantee = await granteeOf(parts, body.to, give)
    call.audit.securable = { kind: row.kind, id: row.id }
    call.audit.object = labelOf(body.on)
    const [first] = privileges
    const granted = privileges.length === 1 && first !== undefined ? first : [...privileges]
    call.audit.detail = { granted, to: grantee.name, toKind: grantee.kind }
    return { decision, row, grantee, privileges }
  }

  const grant = defineOperation({
    id: 'grantPrivilege',
    method: 'POST',
    path: '/management/v1/grants',
    subject,
    summary:
      'Grants one or several privileges on an object, and on everything below it, to a principal, a role or a group.',
    body: grantBody,
    answer,
    async run({ body }, call) {
      if (privilegesOf(body).includes('create') && kindOf(body.on) === 'relation') {
        throw new HeadgateError(
          'bad-request',
          'Nothing is created in a table or view: grant create on a namespace, warehouse or the server.',
        )
      }
      const { decision, row, grantee, privileges } = await prepare(call, body, true)
      const changed = await changePolicy(parts, call, decision, (tx) =>
        changeEach(privileges, (privilege) =>
          insertGrant(tx, {
            securableId: row.id,
            securableKind: row.kind,
            granteeId: grantee.id,
            granteeKind: grantee.kind,
            privilege,
            grantedBy: call.identity.principal.id,
          }),
        ),
      )
      return { changed }
    },
  })

  const revoke = defineOperation({
    id: 'revokePrivilege',
    method: 'POST',
    path: '/management/v1/grants/revoke',
    subject,
    summary:
      'Takes back exactly the grants that are named. What other grants, roles or ownership give stays.',
    body: grantBody,
    answer,
    async run({ body }, call) {
      const { decision, row, grantee, privileges } = await prepare(call, body)
      const changed = await changePolicy(parts, call, decision, async (tx) => {
        const deleted = await changeEach(privileges, (privilege) =>
          deleteGrant(tx, { securableId: row.id, granteeId: grantee.id, privilege }),
        )
        if (row.kind === 'server') await keepAdministering(tx, call)
        return deleted
      })
      return { changed }
    },
  })

  return [grant, revoke]
}
