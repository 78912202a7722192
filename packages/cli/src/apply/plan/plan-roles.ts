import { readList } from '../../connection/pages.ts'
import {
  addRoleMember,
  createRole,
  listRoleMembers,
  removeRoleMember,
} from '../../management/generated/roles.ts'
import type { GranteeName } from '../../management/generated/schemas.ts'
import { formatGrantee, parseGrantee } from '../../names/grantee.ts'
import { mapBounded } from '../map-bounded.ts'
import type { RoleEntry } from '../document/role-entry.ts'
import type { Sourced } from '../read/merge-documents.ts'
import { granteeKey, keyOfGrantee, toGranteeId } from './grantee-key.ts'
import { maxParallel, type PlanContext } from './plan-context.ts'
import { createdItem, type PlannedChange, plannedItem, type PlannedItem } from './planned-item.ts'

type Entry = Sourced<RoleEntry>

/** Plans the changes of roles and of their members. */
export function planRoles(context: PlanContext): Promise<PlannedItem[]> {
  return mapBounded(context.desired.roles, maxParallel, (entry) => planRole(context, entry))
}

async function planRole(context: PlanContext, entry: Entry): Promise<PlannedItem> {
  const { name, members = [] } = entry
  const { session, server, options } = context
  const wanted = await findMembers(context, entry)
  if ((await server.role(name)) === null) {
    const create: PlannedChange = {
      stage: 'roles',
      text: 'create',
      send: () => createRole(session.client, { body: { name } }),
    }
    return createdItem('role', name, [create, ...members.map((member) => addMember(context, name, member))])
  }
  if (entry.members === undefined) return plannedItem('role', name, [])
  const { items: existing } = await readList(session, {
    key: 'members',
    request: (query) => listRoleMembers(session.client, { role: name, query }),
  })
  const present = new Set(existing.map(keyOfGrantee))
  const additions = [...wanted].flatMap(([key, member]) =>
    present.has(key) ? [] : [addMember(context, name, member)],
  )
  // A member without a name is a deleted principal or role. Its membership has no effect, so it is not removed.
  const others = existing
    .filter((member) => member.name !== null && !wanted.has(keyOfGrantee(member)))
    .map((member) => ({ id: toGranteeId(member), text: toMemberText(member) }))
    .toSorted((one, other) => (one.text < other.text ? -1 : 1))
  const isPruned = options.prune.has('members')
  const removals = isPruned ? others.map(({ id, text }) => removeMember(context, name, text, id)) : []
  const kept = isPruned ? [] : others.map(({ text }) => `member ${text}`)
  return plannedItem('role', name, [...additions, ...removals], kept)
}

/**
 * Returns the members of a role of the documents, by their keys. Records a problem for each member that does not
 * exist.
 */
async function findMembers(
  context: PlanContext,
  { name, members = [], source }: Entry,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const member of members) {
    const key = await granteeKey(context, parseGrantee(member))
    if (key === null)
      context.problems.push(
        `${source.at}: the member ${member} of role ${name} does not exist. Add it to principals or roles`,
      )
    else found.set(key, member)
  }
  return found
}

function addMember({ session }: PlanContext, role: string, member: string): PlannedChange {
  return {
    stage: 'members',
    text: `add member ${member}`,
    send: () => addRoleMember(session.client, { role, body: parseGrantee(member) }),
  }
}

function removeMember(
  { session }: PlanContext,
  role: string,
  text: string,
  member: GranteeName,
): PlannedChange {
  return {
    stage: 'removals',
    text: `remove member ${text}`,
    send: () => removeRoleMember(session.client, { role, body: member }),
  }
}

function toMemberText(member: Parameters<typeof formatGrantee>[0]): string {
  return formatGrantee({ ...member, issuerConfigured: true })
}
