import { type Command, Option } from 'commander'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { UpstreamChange } from '../../management/generated/schemas.ts'

/** Options that decide as whom the server sends requests to the upstream. */
export interface UpstreamIdentityOptions {
  readonly upstreamIdentity?: string
  readonly upstreamAudience?: string
  readonly upstreamSubject?: string
  readonly upstreamGroups?: boolean
}

export function addUpstreamIdentityOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--upstream-identity <mode>',
        'identity of requests to that catalog: the service account, or the user with a JWT of Headgate (assert), an exchanged token, or its own token (forward)',
      ).choices(['service', 'assert', 'exchange', 'forward']),
    )
    .option('--upstream-audience <audience>', 'audience that the tokens of users must have')
    .addOption(
      new Option(
        '--upstream-subject <claim>',
        'sub of the JWT of Headgate: the unique subject of the user, or its login',
      ).choices(['subject', 'login']),
    )
    .option('--upstream-groups', 'add the groups of the user to the JWT of Headgate')
}

/** Returns the identity at the upstream that the options describe, or undefined without such options. */
export function toUpstreamIdentity({
  upstreamIdentity: mode,
  upstreamAudience: audience,
  upstreamSubject: subject,
  upstreamGroups: groups,
}: UpstreamIdentityOptions): UpstreamChange['identity'] {
  if (mode !== undefined) return { mode, audience, subject, groups }
  if (audience === undefined && subject === undefined && groups === undefined) return undefined
  throw new CliError(exitCode.usage, 'The options of the identity at an upstream need the mode.', {
    next: 'Add --upstream-identity assert, exchange or forward.',
  })
}
