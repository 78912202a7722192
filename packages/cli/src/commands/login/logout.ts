import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { inSession } from '../../session.ts'

export function registerLogout(program: Command, io: Io): void {
  program
    .command('logout')
    .description(
      'Revokes a login at its issuer (RFC 7009), if the issuer supports it, and deletes it from this machine. Its last access token ' +
        'stays valid until it expires.',
    )
    .argument('[name]', 'name of the login (default: that of --profile, or "default")')
    .action(
      inSession(io, async (session, name: string | undefined) => {
        const { logOut } = await import('./log-out.ts')
        const { profile } = session.settings
        const ofProfile = profile?.source === '--profile' ? profile.profile?.login : undefined
        await logOut(session, name ?? ofProfile ?? 'default')
      }),
    )
}
