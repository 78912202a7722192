import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import { deleteRole, findRole, findRoleByName, insertRole, listRoles, type RoleRow } from '../store/roles.ts'
import type { Queryable } from '../store/sql.ts'
import { administerServer, changePolicy, type ManagementParts } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { keepAdministering } from './keep-administering.ts'
import { readPage } from './paging.ts'
import { id, idOrName, instant, instantOf, isId, newName, nextPageToken, pageParameters } from './schemas.ts'

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
    system: z.boolean().describe('Made by the server itself: it cannot be deleted.'),
    createdAt: instant,
  })
  .meta({ id: 'Role' })

export const roleParams: z.ZodObject<{ role: z.ZodType<string> }> = z.strictObject({
  role: idOrName.describe('The id or the name of the role.'),
})

function viewOfRole({ id, name, system, createdAt }: RoleRow): RoleView {
  return { id, name, system, createdAt: instantOf(createdAt) }
}

/** The role of a path or body. Throws 404. */
export async function roleOf(sql: Queryable, given: string): Promise<RoleRow> {
  const row = isId(given) ? await findRole(sql, given) : await findRoleByName(sql, given)
  if (!row) throw new HeadgateError('no-such-object', `There is no role ${given}.`)
  return row
}

export function roleOperations(parts: ManagementParts): readonly ManagementOperation[] {
  const { sql, pageTokens } = parts
  const subject = 'roles'

  const create = defineOperation({
    id: 'createRole',
    method: 'POST',
    path: '/management/v1/roles',
    subject,
    summary: 'Makes a role without members or grants.',
    body: z.strictObject({ name: newName }),
    answer: { status: 201, schema: roleView, description: 'The role.' },
    async run({ body: { name } }, call) {
      const decision = administerServer(call)
      call.audit.object = name
      const row = await changePolicy(parts, call, decision, (tx) =>
        insertRole(tx, { id: randomUUID(), name, system: false }).then(taken(name)),
      )
      return viewOfRole(row)
    },
  })

  const list = defineOperation({
    id: 'listRoles',
    method: 'GET',
    path: '/management/v1/roles',
    subject,
    summary: 'Lists roles by name.',
    query: z.strictObject({
      name: idOrName.optional().describe('Only the role of exactly this name.'),
      ...pageParameters,
    }),
    answer: {
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
      return { roles: rows.map(viewOfRole), nextPageToken }
    },
  })

  const get = defineOperation({
    id: 'getRole',
    method: 'GET',
    path: '/management/v1/roles/:role',
    subject,
    summary: 'Shows a role.',
    params: roleParams,
    answer: { status: 200, schema: roleView, description: 'The role.' },
    async run({ params }, call) {
      administerServer(call)
      return viewOfRole(await roleOf(sql, params.role))
    },
  })

  const remove = defineOperation({
    id: 'deleteRole',
    method: 'DELETE',
    path: '/management/v1/roles/:role',
    subject,
    summary: 'Deletes a role with its memberships and grants.',
    params: roleParams,
    answer: { status: 204, description: 'It is gone.' },
    async run({ params }, call) {
      const decision = administerServer(call)
      const row = await roleOf(sql, params.role)
      if (row.system)
        throw new HeadgateError(
          'protected',
          `The role ${row.name} belongs to the server and cannot be deleted.`,
        )
      call.audit.object = row.name
      await changePolicy(parts, call, decision, async (tx) => {
        await deleteRole(tx, row.id)
        await keepAdministering(tx, call)
      })
    },
  })

  return [create, list, get, remove]
}

function taken(name: string): (row: RoleRow | null) => RoleRow {
  return (row) => {
    if (row) return row
    throw new HeadgateError('already-exists', `There is a role ${name} already.`)
  }
}
