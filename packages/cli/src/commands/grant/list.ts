import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import type { GranteeName } from '../../management/generated/schemas.ts'
import { parseGrantee } from '../../names/grantee.ts'
import { limitOption } from '../../options.ts'
import { inSession, type Session } from '../../session.ts'
import { showGrants } from './show-grants.ts'

export function registerList(group: Command, io: Io): void {
  group
    .command('list')
    .description('Lists the direct grants of a principal, role or group, without those of its roles.')
    .argument(
      '[who]',
      'principal:NAME, role:NAME or group:ISSUER#NAME (default: the principal of the credential)',
    )
    .addOption(limitOption())
    .action(
      inSession(io, async (session, grantee: string | undefined, { limit }: { readonly limit?: number }) => {
        const name = grantee === undefined ? ownName(session) : parseGrantee(grantee)
        await showGrants(session, { ...name }, limit)
      }),
    )
}

function ownName({ client }: Session): GranteeName {
  if (client.clientId !== null) return { principal: client.clientId }
  throw new CliError(
    exitCode.usage,
    'No grantee was named, and the command has no credential whose principal could be the default.',
    {
      next: 'Add principal:NAME, role:NAME or group:ISSUER#NAME.',
    },
  )
}
