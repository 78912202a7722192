import type { GranteeText } from '../../../apply/document/names.ts'
import { principalName } from '../../../apply/export/principal-name.ts'
import { mapBounded } from '../../../apply/map-bounded.ts'
import { CliError } from '../../../cli-error.ts'
import { readList } from '../../../connection/pages.ts'
import { getPrincipal } from '../../../management/generated/principals.ts'
import { getRole, listRoleMembers } from '../../../management/generated/roles.ts'
import type { Grantee } from '../../../management/generated/schemas.ts'
import { visible } from '../../../output/visible.ts'
import type { Session } from '../../../session.ts'
import type { SourcePrincipal, SourceRole } from '../source-grants.ts'

/** Name of a grantee of the source server in the review document. */
interface FoundGrantee {
  readonly text: GranteeText
  /** Reason why the name of the grantee could not be read. Then the document contains its grants only as comments. */
  readonly unknown?: string
}

/** Principals and roles of the source server, with their names in the review document. */
export interface GranteeNames {
  readonly principals: readonly SourcePrincipal[]
  readonly roles: readonly SourceRole[]
  find(grantee: Grantee): FoundGrantee
}

interface Limits {
  readonly parallel: number
  readonly stop: AbortSignal
}

interface RoleWithMembers {
  readonly name: string
  /** Members of the role, or null if the caller may not read them or if the role is a system role. */
  readonly members: readonly Grantee[] | null
}

/**
 * Reads the names of grantees, and the members of roles, from the source server. Reads each principal by its id,
 * because the names of users in a list of grants are not unique. This needs `manage` on the server.
 *
 * @param owners client ids, or `ISSUER#SUBJECT`, of principals that own objects
 */
export async function findGrantees(
  session: Session,
  grantees: readonly Grantee[],
  owners: readonly string[],
  limits: Limits,
): Promise<GranteeNames> {
  const roles = await readRoles(session, grantees, limits)
  const members = [...roles.values()].flatMap((role) => role.members ?? [])
  const principals = await readPrincipals(session, [...grantees, ...members], limits)
  const find = (grantee: Grantee): FoundGrantee => findName(grantee, principals)
  const entries = [...principals.values()]
  const isRead = (name: string): boolean => entries.some((each) => each.name === name)
  return {
    find,
    principals: [
      ...entries,
      ...[...new Set(owners)].filter((name) => !isRead(name)).map((name) => ({ name, comments: [] })),
    ],
    roles: [...roles.values()].map((role) => toRole(role, find)),
  }
}

/** Reads roles, and all roles that are their members at any depth. Reads each role once. */
async function readRoles(
  session: Session,
  grantees: readonly Grantee[],
  { parallel, stop }: Limits,
): Promise<ReadonlyMap<string, RoleWithMembers>> {
  const found = new Map<string, RoleWithMembers>()
  let next = grantees
  while (next.length > 0) {
    const ids = new Map(
      next.flatMap(({ kind, id, name }) => (kind === 'role' && name !== null ? [[id, name]] : [])),
    )
    const unread = [...ids].filter(([id]) => !found.has(id))
    const read = await mapBounded(unread, parallel, async ([id, name]) => {
      stop.throwIfAborted()
      return [id, { name, members: await readMembers(session, id) }] as const
    })
    for (const [id, role] of read) found.set(id, role)
    next = read.flatMap(([, { members }]) => members ?? [])
  }
  return found
}

async function readMembers(session: Session, role: string): Promise<readonly Grantee[] | null> {
  return await unlessForbidden(async () => {
    // The server creates system roles itself. The target server has the same system role with its own members.
    if ((await getRole(session.client, { role })).body.system) return null
    const { items } = await readList(session, {
      key: 'members',
      request: (query) => listRoleMembers(session.client, { role, query }),
    })
    return items
  })
}

async function readPrincipals(
  session: Session,
  grantees: readonly Grantee[],
  { parallel, stop }: Limits,
): Promise<ReadonlyMap<string, SourcePrincipal>> {
  const ids = new Set(
    grantees.flatMap(({ kind, id, name }) => (kind === 'principal' && name !== null ? [id] : [])),
  )
  const read = await mapBounded([...ids], parallel, async (id) => {
    stop.throwIfAborted()
    return await unlessForbidden(async () => {
      const { principal } = (await getPrincipal(session.client, { principal: id })).body
      const entry: SourcePrincipal = {
        name: principalName(principal),
        ...(principal.enabled ? {} : { enabled: false }),
        comments: [],
      }
      return [id, entry] as const
    })
  })
  return new Map(read.filter((each) => each !== null))
}

function findName(
  { kind, id, name }: Grantee,
  principals: ReadonlyMap<string, SourcePrincipal>,
): FoundGrantee {
  if (name === null) return { text: `${kind}:${id}`, unknown: `The ${kind} ${visible(id)} was deleted.` }
  if (kind !== 'principal') return { text: `${kind}:${name}` }
  const principal = principals.get(id)
  if (principal !== undefined) return { text: `principal:${principal.name}` }
  return {
    text: `principal:${name}`,
    unknown: `The credential of the source may not read the principal ${visible(name)} (${visible(id)}), so its name is not known.`,
  }
}

function toRole({ name, members }: RoleWithMembers, find: (grantee: Grantee) => FoundGrantee): SourceRole {
  const found = (members ?? []).map(find)
  return {
    name,
    members: found.flatMap(({ text, unknown }) => (unknown === undefined ? [text] : [])),
    comments: [
      ...(members === null ? ['Its members are not included.'] : []),
      ...found.flatMap(({ unknown }) =>
        unknown === undefined ? [] : [`A member is not included. ${unknown}`],
      ),
    ],
  }
}

/** Waits for a response. Returns null if the caller may not read the object, or if the object does not exist. */
async function unlessForbidden<Result>(request: () => Promise<Result>): Promise<Result | null> {
  try {
    return await request()
  } catch (error) {
    const status = error instanceof CliError ? error.refusal?.status : undefined
    if (status === 403 || status === 404) return null
    throw error
  }
}
