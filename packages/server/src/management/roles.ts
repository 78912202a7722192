import { z } from 'zod'
import { createRole, deleteRole, listRoles, requireRole, type RoleRow } from '../directory/roles.ts'
import { administerServer, type ManagementDeps, requestServerChange } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { readPage } from './paging.ts'
import { id, idOrName, instant, formatInstant, newName, nextPageToken, pageParameters } from './schemas.ts'

interface RoleView {
  readonly id: string
  readonly name: string
  readonly system: boolean
  readonly createdAt: string
}

const roleView: z.ZodType<RoleView> = z
  .strictObject({
    id,
    name: z.string(),
    system: z.boolean().describe('True: the server created the role, so it cannot be deleted.'),
    createdAt: instant,
  })
  .meta({ id: 'Role' })

export const roleParams: z.ZodObject<{ role: z.ZodType<string> }> = z.strictObject({
  role: idOrName.describe('The id or the name of the role.'),
})

function toRoleView({ id, name, system, createdAt }: RoleRow): RoleView {
  return { id, name, system, createdAt: formatInstant(createdAt) }
}

export function roleOperations(deps: ManagementDeps): readonly ManagementOperation[] {
  const { sql, pageTokens } = deps
  const subject = 'roles'

  const create = defineOperation({
    id: 'createRole',
    method: 'POST',
    path: '/management/v1/roles',
    subject,
    summary: 'Creates a role without members or grants.',
    body: z.strictObject({ name: newName }),
    errors: {
      'already-exists': 'A role with this name exists.',
    },
    response: { status: 201, schema: roleView, description: 'The role.' },
    run: async ({ body: { name } }, call) =>
      toRoleView(await createRole(deps, requestServerChange(call), name)),
  })

  const list = defineOperation({
    id: 'listRoles',
    method: 'GET',
    path: '/management/v1/roles',
    subject,
    summary: 'Lists roles by name.',
    query: z.strictObject({
      name: idOrName.optional().describe('Lists only the role of exactly this name.'),
      ...pageParameters,
    }),
    response: {
      status: 200,
      schema: z.strictObject({ roles: z.array(roleView), nextPageToken }),
      description: 'One page.',
    },
    async run({ query: { name = null, ...page } }, call) {
      administerServer(call)
      const { rows, nextPageToken } = await readPage(
        pageTokens,
        { list: JSON.stringify(['roles', name]), ...page },
        ([after = null], limit) => listRoles(sql, { after, name, limit }),
        (row) => [row.name],
      )
      return { roles: rows.map(toRoleView), nextPageToken }
    },
  })

  const get = defineOperation({
    id: 'getRole',
    method: 'GET',
    path: '/management/v1/roles/:role',
    subject,
    summary: 'Shows a role.',
    params: roleParams,
    response: { status: 200, schema: roleView, description: 'The role.' },
    async run({ params }, call) {
      administerServer(call)
      return toRoleView(await requireRole(sql, params.role))
    },
  })

  const remove = defineOperation({
    id: 'deleteRole',
    method: 'DELETE',
    path: '/management/v1/roles/:role',
    subject,
    summary: 'Deletes a role with its memberships and grants.',
    params: roleParams,
    errors: {
      protected: 'The server created the role.',
    },
    response: { status: 204, description: 'The role was deleted.' },
    run: ({ params }, call) => deleteRole(deps, requestServerChange(call), params.role),
  })

  return [create, list, get, remove]
}
