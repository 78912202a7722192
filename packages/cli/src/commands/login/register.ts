import { type Command, Option } from 'commander'
import type { Io } from '../../io.ts'
import { keyValue } from '../../options.ts'
import { inSession, type Session } from '../../session.ts'
import { stopSignal } from '../../stop-signal.ts'
import { registerLogout } from './logout.ts'
import type { LogInOptions } from './log-in.ts'

export function registerLogin(program: Command, io: Io): void {
  program
    .command('login')
    .description(
      'Logs a user in at an identity provider, with a browser or a code for another device, and stores the login in a file ' +
        'that only the user can read. `headgate token --login NAME`, `headgate proxy --login NAME` and all other commands use it. ' +
        'With --url, commands send the tokens only to that server; without it, to any server that a command names, over https. ' +
        'With --profile, the command also stores the profile, and the tokens are sent only to the server of the profile.',
    )
    .argument('[name]', 'name of the login (default: that of --profile, or "default")')
    .option(
      '--issuer <url>',
      'identity provider, exactly as in its metadata (default: the one of the existing login)',
    )
    .option(
      '--client-id <id>',
      'client id of this program at the identity provider (default: the one of the existing login)',
    )
    .option('--scope <scopes>', 'requested scopes (default: "openid offline_access")')
    .option('--audience <audience>', 'audience of the token, if the issuer requires it')
    .option('--resource <uri>', 'resource of the token (RFC 8707)')
    .option('--device', 'show a code for another device instead of opening a browser')
    .option(
      '--redirect-uri <url>',
      'URL to which the browser returns; if it has no port, a free port is used (default: http://127.0.0.1/callback)',
    )
    .option('--no-open', 'show the URL and do not open a browser')
    .addOption(
      new Option(
        '--set <name=value>',
        'property, such as rest.auth.oauth2.profile=entra; repeatable; no secrets',
      ).argParser(keyValue),
    )
    .action(
      inSession(
        io,
        async (session, name: string | undefined, options: LogInOptions) => {
          const { logIn } = await import('./log-in.ts')
          using stop = stopSignal()
          await logIn(session, name ?? loginName(session), options, stop.signal)
        },
        { createsProfile: true },
      ),
    )
  registerLogout(program, io)
}

/** Returns the login of the profile of `--profile`. A new profile and its login have the same name. */
function loginName({ settings: { profile } }: Session): string {
  if (profile?.source !== '--profile') return 'default'
  return profile.profile?.login ?? profile.name
}
