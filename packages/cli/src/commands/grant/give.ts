import { Argument, type Command } from 'commander'
import type { Io } from '../../io.ts'
import { parseGrantee } from '../../names/grantee.ts'
import { parseSecurable } from '../../names/securable.ts'
import { inSession } from '../../session.ts'
import { showChange } from '../../show-change.ts'
import { privileges } from '../access/subject-options.ts'

/** `give` and `take`: exactly one grant. */
export function registerGive(group: Command, io: Io): void {
  privilegeCommand(
    group,
    'give',
    'Gives a privilege on an object, and on everything below it, to a principal, a role or a group.',
  )
    .requiredOption('--on <object>', 'such as table:lakehouse/sales.orders')
    .requiredOption('--to <who>', 'principal:NAME, role:NAME or group:ISSUER#NAME')
    .action(
      inSession(io, async (session, privilege: string, { on, to }: { on: string; to: string }) => {
        const { client, out, warehouse } = session
        const body = { privilege, on: parseSecurable(on, warehouse), to: parseGrantee(to) }
        const answer = await client.send({ method: 'POST', path: '/management/v1/grants', body })
        showChange(out, answer, `${to} has ${privilege} on ${on}`)
      }),
    )
  privilegeCommand(
    group,
    'take',
    'Takes back exactly one grant. What roles, ownership or grants above give stays.',
  )
    .requiredOption('--on <object>', 'such as table:lakehouse/sales.orders')
    .requiredOption('--from <who>', 'principal:NAME, role:NAME or group:ISSUER#NAME')
    .action(
      inSession(io, async (session, privilege: string, { on, from }: { on: string; from: string }) => {
        const { client, out, warehouse } = session
        const body = { privilege, on: parseSecurable(on, warehouse), to: parseGrantee(from) }
        const answer = await client.send({ method: 'POST', path: '/management/v1/grants/revoke', body })
        showChange(out, answer, `${from} has no grant of ${privilege} on ${on}`)
      }),
    )
}

function privilegeCommand(group: Command, verb: string, description: string): Command {
  return group
    .command(verb)
    .description(description)
    .addArgument(new Argument('<privilege>', 'what it allows').choices(privileges))
}
