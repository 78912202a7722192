import { type Command, Option } from 'commander'
import type { Io } from '../../io.ts'
import { keyValue } from '../../options.ts'
import { inSession } from '../../session.ts'
import { untilTold } from '../../until-told.ts'
import { registerLogout } from './logout.ts'
import type { LogInOptions } from './log-in.ts'

export function registerLogin(program: Command, io: Io): void {
  program
    .command('login')
    .description(
      'Logs a person in at an identity provider, with a browser or a code for another device, and keeps the login in a file ' +
        'of their own. `headgate token --login NAME`, `headgate proxy --login NAME` and all other commands use it. With --url its ' +
        'tokens go to that server alone; without, to whatever server a command names, by https.',
    )
    .argument('[name]', 'what to call the login', 'default')
    .option(
      '--issuer <url>',
      'the identity provider, exactly as its metadata names it; that of before when it is left out',
    )
    .option('--client-id <id>', 'the client that this program is there; that of before when it is left out')
    .option('--scope <scopes>', 'what to ask for (default: "openid offline_access")')
    .option('--audience <audience>', 'for whom the token is, where the issuer wants to hear that')
    .option('--resource <uri>', 'for what the token is (RFC 8707)')
    .option('--device', 'show a code to enter on another device, instead of using a browser here')
    .option(
      '--redirect-uri <url>',
      'where the browser comes back to; without a port a free one is taken (default: http://127.0.0.1/callback)',
    )
    .option('--no-open', 'show the address and open no browser')
    .addOption(
      new Option(
        '--set <name=value>',
        'a property, as rest.auth.oauth2.profile=entra; may be repeated; no secrets',
      ).argParser(keyValue),
    )
    .action(
      inSession(io, async (session, name: string, options: LogInOptions) => {
        const { logIn } = await import('./log-in.ts')
        using told = untilTold()
        await logIn(session, name, options, told.signal)
      }),
    )
  registerLogout(program, io)
}
