import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { inSession } from '../../session.ts'

export function registerLogout(program: Command, io: Io): void {
  program
    .command('logout')
    .description(
      'Ends a login at its issuer (RFC 7009), where that can be done, and forgets it on this machine. Its last access token is good ' +
        'until it ends.',
    )
    .argument('[name]', 'the login', 'default')
    .action(
      inSession(io, async (session, name: string) => {
        const { logOut } = await import('./log-out.ts')
        await logOut(session, name)
      }),
    )
}
