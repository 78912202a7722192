import { type Command, Option } from 'commander'
import { keyValue } from '../options.ts'

/** The options by which a command is told how to authenticate. */
export function addAuthOptions(command: Command): Command {
  return command
    .option(
      '--auth <type>',
      'auth provider: sigv4, oauth2, google, entra, bearer, login … (packages/auth/README.md lists them)',
    )
    .addOption(
      new Option(
        '--set <name=value>',
        'a property, as rest.auth.sigv4.region=eu-central-1; may be repeated; no secrets',
      ).argParser(keyValue),
    )
    .option('--properties <file>', 'file with more of them, one NAME=VALUE a line, secrets too')
}
