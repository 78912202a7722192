import type { JsonObject } from '@headgate/json'
import { type Command, Option } from 'commander'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import { keyValue, several } from '../../options.ts'
import { seconds } from './settings-options.ts'

/** How clients of a warehouse get access to its storage. */
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
  /** False: no client. */
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
    .option('--role-arn <arn>', 'sts: the role to assume')
    .option('--external-id <id>', 'sts: what the trust policy of the role asks for')
    .option('--sts-endpoint <url>', 'sts: where it is asked (default: the endpoint of the storage, else AWS)')
    .addOption(
      new Option('--sts-identity <who>', 'sts: who asks (default: keys, those of the storage)').choices([
        'keys',
        'server-token',
        'user-token',
      ]),
    )
    .option(
      '--kms-key <arn>',
      'sts: a key that objects are encrypted with; may be given several times',
      several,
    )
    .option('--session-tags', 'sts: name the principal in tags of the session')
    .option('--no-session-tags', 'sts: do not; the default')
    .option(
      '--sts-audience <name>',
      'sts, user-token: who the token of the user is for (default: sts.amazonaws.com)',
    )
    .option(
      '--sts-claim <name=value>',
      'sts, user-token: a further claim of it, such as policy=… for MinIO; may be given several times',
      keyValue,
    )
    .option('--vend-lifetime <time>', 'how long access lives when it is handed out: 1h, 30m', seconds)
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
      'vend keys without s3.endpoint to clients with this User-Agent, such as "ClickHouse*"; "*" is all of them; may be given several times',
      several,
    )
    .option('--no-omit-endpoint-for', 'vend s3.endpoint to every client; the default')
    .option(
      '--long-lived-keys-may-leave-the-server',
      'static: say so, for every client that may load a table gets the keys of the storage, and they stay valid',
    )
}

/** Whether something is said of it. */
export function hasVending(options: VendingOptions): boolean {
  return options.vending !== undefined || Object.keys(given(options)).length > 0
}

/**
 * The vending as the management interface takes it: as a whole. A mode begins anew; without one, what is given changes
 * what there is `now`. Undefined: nothing is said of it.
 *
 * @throws CliError when there is nothing to change, or long-lived keys would leave the server without somebody saying so
 */
export function vendingBody(
  options: VendingOptions,
  now: Readonly<Record<string, unknown>> | null,
): JsonObject | undefined {
  if (!hasVending(options)) return undefined
  const { vending: mode } = options
  if (mode === undefined && now === null)
    throw new CliError(exitCode.usage, 'Say --vending too: its options mean nothing without a mode.')
  if (mode === 'static' && options.longLivedKeysMayLeaveTheServer !== true) {
    throw new CliError(
      exitCode.usage,
      'With --vending static every client that may load a table gets the long-lived keys of the storage.',
      {
        next: 'If that is meant, say --long-lived-keys-may-leave-the-server; else use gateway, sts or remote-signing.',
      },
    )
  }
  return mode === undefined ? { ...(now as JsonObject), ...given(options) } : { mode, ...given(options) }
}

function given(options: VendingOptions): JsonObject {
  const fields = {
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
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject
}
