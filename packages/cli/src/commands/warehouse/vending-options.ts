import type { Json } from '@headgate/json'
import { type Command, Option } from 'commander'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { Vending } from '../../management/generated/schemas.ts'
import { keyValue, parseSeconds, repeatable } from '../../options.ts'

/** Options that set how clients get access to the storage (vending). */
export interface VendingOptions {
  readonly vending?: string
  readonly roleArn?: string
  readonly externalId?: string
  readonly stsEndpoint?: string
  readonly stsIdentity?: string
  readonly kmsKey?: readonly string[]
  readonly sessionTags?: boolean
  readonly stsAudience?: string
  readonly stsClaim?: Readonly<Record<string, string>>
  readonly vendLifetime?: number
  readonly vendWhenNotAsked?: boolean
  /** Values of User-Agent whose clients do not receive the storage endpoint, or false if every client receives it. */
  readonly omitEndpointFor?: readonly string[] | false
  readonly longLivedKeysMayLeaveTheServer?: boolean
}

export function addVendingOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--vending <mode>', 'how clients get short-lived access to the storage').choices([
        'gateway',
        'sts',
        'remote-signing',
        'static',
        'none',
      ]),
    )
    .option('--role-arn <arn>', 'sts: role to assume')
    .option('--external-id <id>', 'sts: external id that the trust policy of the role requires')
    .option('--sts-endpoint <url>', 'sts: endpoint (default: the endpoint of the storage, else AWS)')
    .addOption(
      new Option(
        '--sts-identity <who>',
        'sts: identity that requests the credentials (default: keys, which uses the keys of the storage)',
      ).choices(['keys', 'server-token', 'user-token']),
    )
    .option('--kms-key <arn>', 'sts: key that encrypts the objects; repeatable', repeatable)
    .option('--session-tags', 'sts: add tags with the principal to the session')
    .option('--no-session-tags', 'sts: add no tags; the default')
    .option(
      '--sts-audience <name>',
      'sts, user-token: audience of the token of the user (default: sts.amazonaws.com)',
    )
    .option(
      '--sts-claim <name=value>',
      'sts, user-token: further claim of the token, such as policy=… for MinIO; repeatable',
      keyValue,
    )
    .option('--vend-lifetime <time>', 'lifetime of issued credentials: 1h, 30m', parseSeconds)
    .option(
      '--vend-when-not-asked',
      'also vend to clients that do not request it; the default with --vending gateway',
    )
    .option(
      '--no-vend-when-not-asked',
      'vend only to clients that request it; the default with the other modes',
    )
    .option(
      '--omit-endpoint-for <user agent>',
      'vend keys without s3.endpoint to clients with this User-Agent, such as "ClickHouse*"; "*" means all; repeatable',
      repeatable,
    )
    .option('--no-omit-endpoint-for', 'vend s3.endpoint to every client; the default')
    .option(
      '--long-lived-keys-may-leave-the-server',
      'static: confirm that every client that may load a table gets the keys of the storage, which do not expire',
    )
}

/** Returns whether the user set any option of vending. */
export function hasVending(options: VendingOptions): boolean {
  return options.vending !== undefined || Object.keys(toSettings(options)).length > 0
}

/**
 * Returns the vending settings for a request, which replace the current settings as a whole. If the options name a
 * mode, starts from the defaults of that mode, otherwise from the `current` settings. Returns undefined if no option
 * sets vending. The server refuses settings that do not belong to the mode.
 *
 * @throws CliError if there is neither a mode nor current settings, or if clients would get long-lived keys without
 * confirmation
 */
export function toVending(
  options: VendingOptions,
  current: Readonly<Record<string, Json>> | null,
): Vending | undefined {
  if (!hasVending(options)) return undefined
  const { vending: mode } = options
  if (mode === undefined && current === null)
    throw new CliError(exitCode.usage, 'The vending options need a vending mode. Add --vending MODE.')
  if (mode === 'static' && options.longLivedKeysMayLeaveTheServer !== true) {
    throw new CliError(
      exitCode.usage,
      'With --vending static every client that may load a table gets the long-lived keys of the storage.',
      {
        next: 'Add --long-lived-keys-may-leave-the-server to confirm this, or use gateway, sts or remote-signing.',
      },
    )
  }
  return { ...(mode === undefined ? current : { mode }), ...toSettings(options) } as Vending
}

function toSettings(options: VendingOptions): Readonly<Record<string, Json>> {
  const settings: Readonly<Record<string, Json | undefined>> = {
    roleArn: options.roleArn,
    externalId: options.externalId,
    stsEndpoint: options.stsEndpoint,
    identity: options.stsIdentity,
    kmsKeyArns: options.kmsKey,
    sessionTags: options.sessionTags,
    tokenAudience: options.stsAudience,
    tokenClaims: options.stsClaim,
    lifetimeSeconds: options.vendLifetime,
    whenNotAsked: options.vendWhenNotAsked,
    omitEndpointFor: options.omitEndpointFor === false ? [] : options.omitEndpointFor,
    longLivedKeysMayLeaveTheServer: options.longLivedKeysMayLeaveTheServer,
  }
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
