import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import {
  deleteRole as deleteRoleRow,
  findRole,
  findRoleByName,
  insertRole,
  type RoleRow,
} from '../store/roles.ts'
import type { Queryable } from '../store/sql.ts'
import type { DirectoryDeps } from './deps.ts'
import { isId } from './external-name.ts'
import { keepAdministering } from './keep-administering.ts'
import { changePolicy, type RequestedChange } from './policy-change.ts'

export { listRoles, type RoleRow } from '../store/roles.ts'

/**
 * Finds a role by its id or name.
 *
 * @throws HeadgateError `no-such-object`
 */
export async function requireRole(sql: Queryable, reference: string): Promise<RoleRow> {
  const row = isId(reference) ? await findRole(sql, reference) : await findRoleByName(sql, reference)
  if (!row) throw new HeadgateError('no-such-object', `There is no role ${reference}.`)
  return row
}

/**
 * Creates a role without members and grants.
 *
 * @throws HeadgateError `already-exists`
 */
export function createRole(deps: DirectoryDeps, change: RequestedChange, name: string): Promise<RoleRow> {
  change.audit.object = name
  return changePolicy(deps, change, async (tx) => {
    const row = await insertRole(tx, { id: randomUUID(), name, system: false })
    if (!row) throw new HeadgateError('already-exists', `A role with the name ${name} already exists.`)
    return row
  })
}

/**
 * Deletes a role with its memberships and grants.
 *
 * @throws HeadgateError `protected` for a built-in role, `bad-request` if the caller could no longer administer the
 *   server
 */
export async function deleteRole(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
): Promise<void> {
  const row = await requireRole(deps.sql, reference)
  if (row.system)
    throw new HeadgateError('protected', `The role ${row.name} is built in and cannot be deleted.`)
  change.audit.object = row.name
  await changePolicy(deps, change, async (tx) => {
    await deleteRoleRow(tx, row.id)
    await keepAdministering(tx, change)
  })
}
