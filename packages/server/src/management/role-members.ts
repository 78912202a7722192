import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import { addRoleMember, listMembers, removeRoleMember, roleReaches } from '../store/roles.ts'
import { administerServer, changePolicy, type ManagementParts } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { granteeName, granteeOf, granteeView, listedGrantee } from './grantee.ts'
import { keepAdministering } from './keep-administering.ts'
import { readPage } from './paging.ts'
import { roleOf, roleParams } from './roles.ts'
import { nextPageToken, pageParameters } from './schemas.ts'

interface Changed {
  readonly changed: boolean
}

export const changedView: z.ZodType<Changed> = z
  .strictObject({ changed: z.boolean().describe('False: it was so before.') })
  .meta({ id: 'Changed' })

export function roleMemberOperations(parts: ManagementParts): readonly ManagementOperation[] {
  const { sql, pageTokens } = parts
  const subject = 'roles'
  const answer = { status: 200, schema: changedView, description: 'Whether anything changed.' } as const

  const list = defineOperation({
    id: 'listRoleMembers',
    method: 'GET',
    path: '/management/v1/roles/:role/members',
    subject,
    summary: 'Lists the direct members of a role.',
    params: roleParams,
    query: z.strictObject(pageParameters),
    answer: {
      status: 200,
      schema: z.strictObject({ members: z.array(granteeView), nextPageToken }),
      description: 'One page.',
    },
    async run({ params, query }, call) {
      administerServer(call)
      const role = await roleOf(sql, params.role)
      const { rows, nextPageToken } = await readPage(
        pageTokens,
        { list: JSON.stringify(['members', role.id]), ...query },
        ([kind, id], limit) =>
          listMembers(sql, role.id, {
            after:
              id === undefined
                ? null
                : { kind: kind === 'role' || kind === 'group' ? kind : 'principal', id },
            limit,
          }),
        (row) => [row.kind, row.id],
      )
      return { members: rows.map((row) => listedGrantee(row, parts.issuers)), nextPageToken }
    },
  })

  const add = defineOperation({
    id: 'addRoleMember',
    method: 'POST',
    path: '/management/v1/roles/:role/members/add',
    subject,
    summary: 'Makes a principal, a role or a group a member of a role.',
    params: roleParams,
    body: granteeName,
    answer,
    async run({ params, body }, call) {
      const decision = administerServer(call)
      const role = await roleOf(sql, params.role)
      const member = await granteeOf(parts, body, true)
      call.audit.object = role.name
      call.audit.detail = { member: member.name, memberKind: member.kind }
      const changed = await changePolicy(parts, call, decision, async (tx) => {
        // Checked after the policy moved, so nobody else can close the circle meanwhile.
        if (member.kind === 'role' && (await roleReaches(tx, role.id, member.id))) {
          throw new HeadgateError(
            'bad-request',
            `The role ${role.name} is a member of ${member.name} already: roles must not go in circles.`,
          )
        }
        return addRoleMember(tx, role.id, member)
      })
      return { changed }
    },
  })

  const remove = defineOperation({
    id: 'removeRoleMember',
    method: 'POST',
    path: '/management/v1/roles/:role/members/remove',
    subject,
    summary: 'Takes a member out of a role. Nobody takes their own right to administer the server.',
    params: roleParams,
    body: granteeName,
    answer,
    async run({ params, body }, call) {
      const decision = administerServer(call)
      const role = await roleOf(sql, params.role)
      const member = await granteeOf(parts, body)
      call.audit.object = role.name
      call.audit.detail = { member: member.name, memberKind: member.kind }
      const changed = await changePolicy(parts, call, decision, async (tx) => {
        const removed = await removeRoleMember(tx, role.id, member.id)
        await keepAdministering(tx, call)
        return removed
      })
      return { changed }
    },
  })

  return [list, add, remove]
}
