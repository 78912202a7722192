import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import type { Decision } from '../access/decision.ts'
import type { Privilege } from '../access/privilege.ts'
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
  readonly privilege: Privilege
  readonly on: SecurableName
  readonly to: GranteeName
}

const grantBody = z
  .strictObject({ privilege, on: securableName, to: granteeName })
  .meta({ id: 'GrantRequest' })

/** The privilege that lets its holder grant and revoke `privilege` on an object and on everything below. */
export function grantingPrivilege(privilege: Privilege): Privilege {
  return privilege === 'administer-storage' ? privilege : 'manage'
}

/** Callers with `manage` on an object grant and revoke its privileges; `administer-storage` only its holders. */
export function grantOperations(parts: ManagementParts): readonly ManagementOperation[] {
  const { sql } = parts
  const subject = 'grants'
  const answer = { status: 200, schema: changedView, description: 'Whether anything changed.' } as const

  async function prepare(
    call: Call,
    body: GrantBody,
    give = false,
  ): Promise<{ decision: Decision; row: SecurableRow; grantee: Grantee }> {
    const { row, object } = await securableOf(sql, body.on)
    const decision = administer(call, row.chain, object, grantingPrivilege(body.privilege))
    const grantee = await granteeOf(parts, body.to, give)
    call.audit.securable = { kind: row.kind, id: row.id }
    call.audit.object = labelOf(body.on)
    call.audit.detail = { granted: body.privilege, to: grantee.name, toKind: grantee.kind }
    return { decision, row, grantee }
  }

  const grant = defineOperation({
    id: 'grantPrivilege',
    method: 'POST',
    path: '/management/v1/grants',
    subject,
    summary:
      'Grants a privilege on an object, and on everything below it, to a principal, a role or a group.',
    body: grantBody,
    answer,
    async run({ body }, call) {
      if (body.privilege === 'create' && kindOf(body.on) === 'relation') {
        throw new HeadgateError(
          'bad-request',
          'Nothing is created in a table or view: grant create on a namespace, warehouse or the server.',
        )
      }
      const { decision, row, grantee } = await prepare(call, body, true)
      const changed = await changePolicy(parts, call, decision, (tx) =>
        insertGrant(tx, {
          securableId: row.id,
          securableKind: row.kind,
          granteeId: grantee.id,
          granteeKind: grantee.kind,
          privilege: body.privilege,
          grantedBy: call.identity.principal.id,
        }),
      )
      return { changed }
    },
  })

  const revoke = defineOperation({
    id: 'revokePrivilege',
    method: 'POST',
    path: '/management/v1/grants/revoke',
    subject,
    summary: 'Takes back exactly one grant. What other grants, roles or ownership give stays.',
    body: grantBody,
    answer,
    async run({ body }, call) {
      const { decision, row, grantee } = await prepare(call, body)
      const key = { securableId: row.id, granteeId: grantee.id, privilege: body.privilege }
      const changed = await changePolicy(parts, call, decision, async (tx) => {
        const deleted = await deleteGrant(tx, key)
        if (row.kind === 'server') await keepAdministering(tx, call)
        return deleted
      })
      return { changed }
    },
  })

  return [grant, revoke]
}
