import { Argument, type Command } from 'commander'
import type { Io } from '../../io.ts'
import { grantPrivilege, revokePrivilege } from '../../management/generated/grants.ts'
import type { GrantRequest } from '../../management/generated/schemas.ts'
import { parseGrantee } from '../../names/grantee.ts'
import { parseSecurable } from '../../names/securable.ts'
import { inSession } from '../../session.ts'
import { showChange } from '../../show-change.ts'
import { grantable, toPrivileges } from './bundles.ts'
import { formatRestriction } from './format-restriction.ts'

interface GiveOptions {
  readonly on: string
  readonly to: string
  readonly rows?: string
  readonly columns?: string
}

/** Registers `headgate grant give` and `headgate grant take`. Each command changes either all named grants or none. */
export function registerGive(group: Command, io: Io): void {
  privilegeCommand(
    group,
    'give',
    'Grants privileges on an object, and on everything below it, to a principal, role or group.',
  )
    .requiredOption('--on <object>', 'such as table:lakehouse/sales.orders')
    .requiredOption('--to <who>', 'principal:NAME, role:NAME or group:ISSUER#NAME')
    .option(
      '--rows <condition>',
      `restrict select to the rows that match, such as "region = 'eu' and amount >= 10"`,
    )
    .option('--columns <names>', 'restrict select to these columns, separated by commas')
    .action(
      inSession(io, async (session, names: string[], { on, to, rows, columns }: GiveOptions) => {
        const body = {
          ...toGrantRequest(names, on, to, session.warehouse),
          ...(rows === undefined ? {} : { rows }),
          ...(columns === undefined ? {} : { columns: columns.split(',').map((name) => name.trim()) }),
        }
        const response = await grantPrivilege(session.client, { body })
        const restricted = formatRestriction({ rows: rows ?? null, columns: body.columns ?? null })
        showChange(session.out, response, `${to} has ${listPrivileges(body)} on ${on}${restricted}`)
      }),
    )
  privilegeCommand(
    group,
    'take',
    'Revokes privileges that were granted on this object to this grantee. Privileges from roles, ownership or grants on containing objects remain.',
  )
    .requiredOption('--on <object>', 'such as table:lakehouse/sales.orders')
    .requiredOption('--from <who>', 'principal:NAME, role:NAME or group:ISSUER#NAME')
    .action(
      inSession(io, async (session, names: string[], { on, from }: { on: string; from: string }) => {
        const body = toGrantRequest(names, on, from, session.warehouse)
        const response = await revokePrivilege(session.client, { body })
        showChange(session.out, response, `${from} has no grant of ${listPrivileges(body)} on ${on}`)
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
        'one or more; reader means select, writer means modify and create, owner means manage',
      ).choices(grantable),
    )
}

function toGrantRequest(
  names: readonly string[],
  object: string,
  grantee: string,
  warehouse: string,
): GrantRequest {
  const on = parseSecurable(object, warehouse)
  return { privileges: toPrivileges(names, on), on, to: parseGrantee(grantee) }
}

function listPrivileges({ privileges = [] }: GrantRequest): string {
  return privileges.join(', ')
}
