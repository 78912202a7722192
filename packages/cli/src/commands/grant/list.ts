import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { type GranteeName, parseGrantee } from '../../names/grantee.ts'
import { limitOption } from '../../options.ts'
import { inSession, type Session } from '../../session.ts'
import { listGrants } from './grant.ts'

export function registerList(group: Command, io: Io): void {
  group
    .command('list')
    .description('Lists what a principal, role or group was given itself, not what its roles have.')
    .argument('[who]', 'principal:NAME, role:NAME or group:ISSUER#NAME; without it, you')
    .addOption(limitOption())
    .action(
      inSession(io, async (session, who: string | undefined, { limit }: { readonly limit?: number }) => {
        const query = { ...(who === undefined ? myself(session) : parseGrantee(who)) }
        await listGrants(session, query, limit)
      }),
    )
}

function myself({ client }: Session): GranteeName {
  if (client.clientId !== null) return { principal: client.clientId }
  throw new CliError(exitCode.usage, 'Without a credential you are nobody.', {
    next: 'Name whose grants to list: principal:NAME, role:NAME or group:ISSUER#NAME.',
  })
}
