import { Argument, type Command } from 'commander'
import type { Io } from '../../io.ts'
import { parseGrantee } from '../../names/grantee.ts'
import { parseSecurable } from '../../names/securable.ts'
import { inSession } from '../../session.ts'
import { showChange } from '../../show-change.ts'
import { grantable, privilegesOf } from './bundles.ts'

/** `give` and `take`: exactly the grants that are named, all or none. */
export function registerGive(group: Command, io: Io): void {
  privilegeCommand(
    group,
    'give',
    'Gives privileges on an object, and on everything below it, to a principal, a role or a group.',
  )
    .requiredOption('--on <object>', 'such as table:lakehouse/sales.orders')
    .requiredOption('--to <who>', 'principal:NAME, role:NAME or group:ISSUER#NAME')
    .action(
      inSession(io, async (session, names: string[], { on, to }: { on: string; to: string }) => {
        const { client, out, warehouse } = session
        const securable = parseSecurable(on, warehouse)
        const privileges = privilegesOf(names, securable)
        const body = { privileges, on: securable, to: parseGrantee(to) }
        const answer = await client.send({ method: 'POST', path: '/management/v1/grants', body })
        showChange(out, answer, `${to} has ${privileges.join(', ')} on ${on}`)
      }),
    )
  privilegeCommand(
    group,
    'take',
    'Takes back exactly these grants. What roles, ownership or grants above give stays.',
  )
    .requiredOption('--on <object>', 'such as table:lakehouse/sales.orders')
    .requiredOption('--from <who>', 'principal:NAME, role:NAME or group:ISSUER#NAME')
    .action(
      inSession(io, async (session, names: string[], { on, from }: { on: string; from: string }) => {
        const { client, out, warehouse } = session
        const securable = parseSecurable(on, warehouse)
        const privileges = privilegesOf(names, securable)
        const body = { privileges, on: securable, to: parseGrantee(from) }
        const answer = await client.send({ method: 'POST', path: '/management/v1/grants/revoke', body })
        showChange(out, answer, `${from} has no grant of ${privileges.join(', ')} on ${on}`)
      }),
    )
}

function privilegeCommand(group: Command, verb: string, description: string): Command {
  return group
    .command(verb)
    .description(description)
    .addArgument(
      new Argument(
        '<privileges...>',
        'one or several; reader is select, writer is modify and create, owner is manage',
      ).choices(grantable),
    )
}
