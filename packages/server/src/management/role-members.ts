import { z } from 'zod'
import { withIssuerState } from '../directory/grantees.ts'
import { addRoleMember, listMembers, removeRoleMember } from '../directory/role-members.ts'
import { requireRole } from '../directory/roles.ts'
import { administerServer, type ManagementDeps, requestServerChange } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { granteeName, granteeView } from './grantee.ts'
import { readPage } from './paging.ts'
import { roleParams } from './roles.ts'
import { nextPageToken, pageParameters } from './schemas.ts'

interface Changed {
  readonly changed: boolean
}

export const changedView: z.ZodType<Changed> = z
  .strictObject({
    changed: z
      .boolean()
      .describe('True: the request changed the members. False: they were already in the requested state.'),
  })
  .meta({ id: 'Changed' })

export function roleMemberOperations(deps: ManagementDeps): readonly ManagementOperation[] {
  const { sql, pageTokens } = deps
  const subject = 'roles'
  const response = { status: 200, schema: changedView, description: 'Whether anything changed.' } as const

  const list = defineOperation({
    id: 'listRoleMembers',
    method: 'GET',
    path: '/management/v1/roles/:role/members',
    subject,
    summary: 'Lists the direct members of a role.',
    params: roleParams,
    query: z.strictObject(pageParameters),
    response: {
      status: 200,
      schema: z.strictObject({ members: z.array(granteeView), nextPageToken }),
      description: 'One page.',
    },
    async run({ params, query }, call) {
      administerServer(call)
      const role = await requireRole(sql, params.role)
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
      return { members: rows.map((row) => withIssuerState(row, deps.issuers)), nextPageToken }
    },
  })

  const add = defineOperation({
    id: 'addRoleMember',
    method: 'POST',
    path: '/management/v1/roles/:role/members/add',
    subject,
    summary: 'Adds a principal, a role or a group to the members of a role.',
    params: roleParams,
    body: granteeName,
    response,
    async run({ params, body }, call) {
      return { changed: await addRoleMember(deps, requestServerChange(call), params.role, body) }
    },
  })

  const remove = defineOperation({
    id: 'removeRoleMember',
    method: 'POST',
    path: '/management/v1/roles/:role/members/remove',
    subject,
    summary: 'Removes a member from a role. A caller cannot remove its own right to administer the server.',
    params: roleParams,
    body: granteeName,
    response,
    async run({ params, body }, call) {
      return { changed: await removeRoleMember(deps, requestServerChange(call), params.role, body) }
    },
  })

  return [list, add, remove]
}
