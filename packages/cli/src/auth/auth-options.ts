import { type Command, Option } from 'commander'
import { keyValue } from '../options.ts'

/** Adds the options that select and configure the auth provider of a command. */
export function addAuthOptions(command: Command): Command {
  return command
    .option(
      '--auth <type>',
      'auth provider: sigv4, oauth2, google, entra, bearer, login … (packages/auth/README.md lists all)',
    )
    .addOption(
      new Option(
        '--set <name=value>',
        'property of the auth provider, such as rest.auth.sigv4.region=eu-central-1; repeatable; must not be a secret',
      ).argParser(keyValue),
    )
    .option(
      '--properties <file>',
      'file with properties of the auth provider, one NAME=VALUE per line; may contain secrets',
    )
}
