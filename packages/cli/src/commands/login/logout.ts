import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { deleteLogin } from '../../login/login-file.ts'
import { withLoginLock } from '../../login/login-lock.ts'
import { inSession } from '../../session.ts'

export function registerLogout(program: Command, io: Io): void {
  program
    .command('logout')
    .description(
      'Forgets a login on this machine. Its last access token is good until it ends; the issuer keeps its own session.',
    )
    .argument('[name]', 'the login', 'default')
    .action(
      inSession(io, async ({ out, settings }, name: string) => {
        const { folder } = settings.logins
        const was = await withLoginLock(folder, name, async () => await deleteLogin(folder, name))
        out.answer({ json: { name, forgotten: was } }, () =>
          was ? `forgot ${name}` : `there is no login ${name}`,
        )
      }),
    )
}
