import { mapBounded } from '../../../apply/map-bounded.ts'
import { isClient } from '../../../apply/document/principal-entry.ts'
import type { GranteeText } from '../../../apply/document/names.ts'
import { visible } from '../../../output/visible.ts'
import type { SourcePrincipal, SourceRole } from '../source-grants.ts'
import { unlessRefused } from '../source-refused-error.ts'
import { sourcePath } from '../source-path.ts'
import { standInFor } from '../stand-in.ts'
import { createTargetNames } from '../target-names.ts'
import { type Assignment, assignmentsDecoder, roleDecoder, userDecoder } from './lakekeeper-api.ts'
import type { Reading } from './reading.ts'

/** Users and roles of Lakekeeper, converted to principals and roles of the review document. */
export interface Grantees {
  readonly principals: readonly SourcePrincipal[]
  readonly roles: readonly SourceRole[]
  /**
   * Returns the name of the user or role of an assignment in the review document. `readGrantees` must have received
   * the assignment.
   */
  find(assignment: Assignment): GranteeText
}

interface LakekeeperRole {
  readonly id: string
  readonly name: string | null
  readonly provider: string | null
  readonly members: readonly Assignment[]
}

interface LakekeeperUser {
  readonly id: string
  /** Name, e-mail address and type of the user, for comments of the review document. */
  readonly label: string
}

/** Reads from Lakekeeper the users and roles of assignments, and the members of these roles at any depth. */
export async function readGrantees(reading: Reading, assignments: readonly Assignment[]): Promise<Grantees> {
  const roles = await readRoles(reading, assignments)
  const members = [...roles.values()].flatMap((role) => role.members)
  const users = await readUsers(reading, [...assignments, ...members])
  return toGrantees(reading.context.issuer, [...roles.values()], users)
}

async function readRoles(
  reading: Reading,
  assignments: readonly Assignment[],
): Promise<ReadonlyMap<string, LakekeeperRole>> {
  const found = new Map<string, LakekeeperRole>()
  let next = roleIds(assignments)
  // Each role is read only once, so the loop ends even if roles contain each other.
  while (next.length > 0) {
    const read = await mapBounded(next, reading.context.parallel, (id) => readRole(reading, id))
    for (const role of read) found.set(role.id, role)
    next = roleIds(read.flatMap(({ members }) => members)).filter((id) => !found.has(id))
  }
  return found
}

function roleIds(assignments: readonly Assignment[]): readonly string[] {
  return [...new Set(assignments.flatMap((each) => ('role' in each ? [each.role] : [])))]
}

async function readRole(
  { api, management, context, problems }: Reading,
  id: string,
): Promise<LakekeeperRole> {
  context.stop.throwIfAborted()
  const role = await unlessRefused(
    () => api.get(management, `/role/${id}`, roleDecoder),
    () => undefined,
  )
  const listed = await unlessRefused(
    () => api.get(management, `/permissions/role/${id}/assignments`, assignmentsDecoder),
    ({ message }) =>
      problems.push(`The members of the role ${visible(role?.name ?? id)} could not be read: ${message}.`),
  )
  // The owner of a role also has the role (relation "assignee" of the OpenFGA model), so the owner becomes a member.
  return {
    id,
    name: role?.name ?? null,
    provider: role?.['provider-id'] ?? null,
    members: listed?.assignments ?? [],
  }
}

async function readUsers(
  { api, management, context }: Reading,
  assignments: readonly Assignment[],
): Promise<readonly LakekeeperUser[]> {
  const ids = [...new Set(assignments.flatMap((each) => ('user' in each ? [each.user] : [])))]
  return await mapBounded(ids, context.parallel, async (id) => {
    context.stop.throwIfAborted()
    const user = await unlessRefused(
      () => api.get(management, sourcePath`/user/${id}`, userDecoder),
      () => undefined,
    )
    const label = [user?.name, user?.email, user?.['user-type']].filter(Boolean).join(', ')
    return { id, label: `${id}${label === '' ? '' : ` (${label})`}` }
  })
}

function toGrantees(
  issuer: string | null,
  roles: readonly LakekeeperRole[],
  users: readonly LakekeeperUser[],
): Grantees {
  const names = createTargetNames()
  const roleNames = new Map(roles.map(({ id, name }) => [id, names.take(`role ${id}`, name ?? `role-${id}`)]))
  const known = users.map((user) => {
    const name = toPrincipalName(user.id, issuer)
    return { user, name, standIn: name === null ? standInFor(names, user.id, user.label) : null }
  })
  const texts = new Map(
    known.map(({ user, name, standIn }) => [
      user.id,
      name === null ? `role:${standIn?.name ?? ''}` : `principal:${name}`,
    ]),
  )
  const find = (assignment: Assignment): GranteeText =>
    'user' in assignment ? (texts.get(assignment.user) ?? '') : `role:${roleNames.get(assignment.role) ?? ''}`
  return {
    find,
    principals: known.flatMap(({ user, name }) =>
      name === null ? [] : [{ name, comments: [`User ${visible(user.label)} of Lakekeeper.`] }],
    ),
    roles: [
      ...roles.map((role) => ({
        name: roleNames.get(role.id) ?? '',
        members: [...new Set(role.members.map(find))],
        comments: roleComments(role),
      })),
      ...known.flatMap(({ standIn }) => standIn ?? []),
    ],
  }
}

function roleComments({ id, name, provider, members }: LakekeeperRole): readonly string[] {
  const isExternal = provider !== null && provider !== 'lakekeeper'
  return [
    `Role ${visible(name ?? 'with an unknown name')} of Lakekeeper (${id}).`,
    ...(isExternal
      ? [`The provider ${visible(provider)} manages its members. Add its group: group:ISSUER#NAME.`]
      : []),
    ...(members.some(({ type }) => type === 'ownership')
      ? ['Its owners are members of it. Here, only administrators of the server change its members.']
      : []),
  ]
}

/**
 * Converts the id of a Lakekeeper user to the name of a principal. Returns null if the issuer of its users is not
 * known, or if the user is not of the primary identity provider, whose ids have the prefix `oidc~`.
 */
function toPrincipalName(id: string, issuer: string | null): string | null {
  const [, subject] = /^oidc~(.+)$/s.exec(id) ?? []
  if (subject === undefined || issuer === null) return null
  const name = `${issuer}#${subject}`
  return name.length > 1024 || isClient(name) ? null : name
}
