import type { Command } from 'commander'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { parseGrantee } from '../../names/grantee.ts'
import { inSession } from '../../session.ts'
import { showChange } from '../../show-change.ts'

/** `add` and `remove`: one member more or less. */
export function registerMembership(group: Command, io: Io): void {
  register(group, io, {
    verb: 'add',
    description: 'Makes a principal, a role or a group a member of a role.',
    done: 'is a member of',
  })
  register(group, io, {
    verb: 'remove',
    description: 'Takes a member out of a role.',
    done: 'is no member of',
  })
}

interface Wording {
  readonly verb: 'add' | 'remove'
  readonly description: string
  readonly done: string
}

function register(group: Command, io: Io, { verb, description, done }: Wording): void {
  group
    .command(verb)
    .description(description)
    .argument('<role>', 'its name or id')
    .argument('<member>', 'principal:NAME, role:NAME or group:ISSUER#NAME')
    .action(
      inSession(io, async ({ client, out }, role: string, member: string) => {
        const answer = await client.send({
          method: 'POST',
          path: `${path`/management/v1/roles/${role}/members`}/${verb}`,
          body: parseGrantee(member),
        })
        showChange(out, answer, `${member} ${done} ${role}`)
      }),
    )
}
