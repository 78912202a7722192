import { HeadgateError } from '@headgate/errors'
import {
  addRoleMember as insertMember,
  removeRoleMember as deleteMember,
  roleReaches,
} from '../store/roles.ts'
import type { DirectoryDeps } from './deps.ts'
import { type GranteeReference, requireGrantee } from './grantees.ts'
import { keepAdministering } from './keep-administering.ts'
import { changePolicy, type RequestedChange } from './policy-change.ts'
import { requireRole } from './roles.ts'

export { listMembers } from '../store/roles.ts'

/**
 * Adds a principal, a role or a group to a role. Returns false if it is already a member.
 *
 * @throws HeadgateError `bad-request` if two roles would contain each other
 */
export async function addRoleMember(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
  newMember: GranteeReference,
): Promise<boolean> {
  const role = await requireRole(deps.sql, reference)
  const member = await requireGrantee(deps, newMember, true)
  change.audit.object = role.name
  change.audit.detail = { member: member.name, memberKind: member.kind }
  return changePolicy(deps, change, async (tx) => {
    // The transaction has locked the policy, so no other membership can change between this check and the commit.
    if (member.kind === 'role' && (await roleReaches(tx, role.id, member.id))) {
      throw new HeadgateError(
        'bad-request',
        `The role ${role.name} is already a member of ${member.name}, and roles must not contain each other.`,
      )
    }
    return insertMember(tx, role.id, member)
  })
}

/**
 * Removes a member from a role. Returns false if it is not a member.
 *
 * @throws HeadgateError `bad-request` if the caller could no longer administer the server
 */
export async function removeRoleMember(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
  formerMember: GranteeReference,
): Promise<boolean> {
  const role = await requireRole(deps.sql, reference)
  const member = await requireGrantee(deps, formerMember)
  change.audit.object = role.name
  change.audit.detail = { member: member.name, memberKind: member.kind }
  return changePolicy(deps, change, async (tx) => {
    const removed = await deleteMember(tx, role.id, member.id)
    await keepAdministering(tx, change)
    return removed
  })
}
