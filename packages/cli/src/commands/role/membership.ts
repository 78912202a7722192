import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { addRoleMember, removeRoleMember } from '../../management/generated/roles.ts'
import { parseGrantee } from '../../names/grantee.ts'
import { inSession } from '../../session.ts'
import { showChange } from '../../show-change.ts'

/** Registers `headgate role add` and `headgate role remove`, which add or remove one member of a role. */
export function registerMembership(group: Command, io: Io): void {
  register(group, io, {
    verb: 'add',
    description: 'Adds a principal, role or group to the members of a role.',
    request: addRoleMember,
    state: 'is a member of',
  })
  register(group, io, {
    verb: 'remove',
    description: 'Removes a member from a role.',
    request: removeRoleMember,
    state: 'is not a member of',
  })
}

interface Membership {
  readonly verb: 'add' | 'remove'
  readonly description: string
  readonly request: typeof addRoleMember
  readonly state: string
}

function register(group: Command, io: Io, { verb, description, request, state }: Membership): void {
  group
    .command(verb)
    .description(description)
    .argument('<role>', 'name or id')
    .argument('<member>', 'principal:NAME, role:NAME or group:ISSUER#NAME')
    .action(
      inSession(io, async ({ client, out }, role: string, member: string) => {
        const response = await request(client, { role, body: parseGrantee(member) })
        showChange(out, response, `${member} ${state} ${role}`)
      }),
    )
}
