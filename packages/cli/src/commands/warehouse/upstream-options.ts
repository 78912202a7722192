import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { isSecret, readProperties } from '../../auth/auth-properties.ts'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { UpstreamChange } from '../../management/generated/schemas.ts'
import { keyValue, repeatable } from '../../options.ts'
import type { Session } from '../../session.ts'
import {
  addUpstreamIdentityOptions,
  toUpstreamIdentity,
  type UpstreamIdentityOptions,
} from './upstream-identity.ts'

/** Options that describe the catalog behind an upstream warehouse. */
export interface UpstreamOptions extends UpstreamIdentityOptions {
  readonly upstream?: string
  readonly upstreamWarehouse?: string
  readonly upstreamProperties?: string
  readonly upstreamCredentials?: 'own' | 'relay' | 'pass' | 'none'
  readonly upstreamAuthRead?: readonly string[]
  readonly upstreamDialect?: string
  readonly upstreamQuirk?: Readonly<Record<string, string>>
  readonly upstreamHeader?: Readonly<Record<string, string>>
}

export function addUpstreamOptions(command: Command): Command {
  command
    .option(
      '--upstream <url>',
      'forward to the Iceberg REST catalog at this URL (before /v1) instead of managing tables',
    )
    .option('--upstream-warehouse <name>', 'warehouse of that catalog')
    .option(
      '--upstream-properties <file>',
      'file with properties of the auth provider for that catalog, one NAME=VALUE per line, with its secrets',
    )
    .addOption(
      new Option(
        '--upstream-credentials <mode>',
        'storage credentials for clients: those of this server (own), sessions of its storage gateway that use the keys of that catalog (relay), the keys of that catalog (pass), or none',
      ).choices(['own', 'relay', 'pass', 'none']),
    )
    .option(
      '--upstream-auth-read <file or name=value>',
      'property of the auth provider for callers that may only read, or a file with such properties and their secrets; repeatable',
      repeatable,
    )
    .addOption(
      new Option('--upstream-dialect <name>', 'kind of that catalog; auto recognizes it').choices([
        'auto',
        'standard',
        'glue',
        's3tables',
        'biglake',
        'onelake',
        'unity',
        'nessie',
        'polaris',
        'lakekeeper',
      ]),
    )
    .option(
      '--upstream-quirk <name=value>',
      'capability in which that catalog differs from its dialect, such as staging=early; repeatable',
      keyValue,
    )
    .option(
      '--upstream-header <name=value>',
      'header of all requests to that catalog, such as x-goog-user-project=PROJECT; repeatable',
      keyValue,
    )
  return addUpstreamIdentityOptions(command)
}

/**
 * Returns the upstream catalog that the options describe, or undefined if no such option is set. Returns secret
 * properties separately, because the server stores them encrypted.
 *
 * @throws CliError for a secret in an argument, because other users of the machine can read arguments
 */
export function toUpstream(
  session: Pick<Session, 'io' | 'out'>,
  options: UpstreamOptions,
): UpstreamChange | undefined {
  const { upstream: uri, upstreamWarehouse: warehouse, upstreamCredentials: credentials } = options
  const { upstreamProperties: file, upstreamAuthRead: reader } = options
  const { upstreamDialect: dialect, upstreamQuirk: quirks, upstreamHeader: headers } = options
  const identity = toUpstreamIdentity(options)
  const settings = { uri, warehouse, credentials, dialect, quirks, headers, identity }
  if ([...Object.values(settings), file, reader].every((option) => option === undefined)) return undefined
  const own = file === undefined ? undefined : readFile(session, file)
  const read = reader?.reduce<Properties>((all, item) => ({ ...all, ...readItem(session, item) }), {})
  return {
    ...settings,
    ...(own === undefined ? {} : { auth: select(own, false), secrets: select(own, true) }),
    ...(read === undefined ? {} : { authRead: select(read, false), secretsRead: select(read, true) }),
  }
}

type Properties = Readonly<Record<string, string>>

function readFile({ io, out }: Pick<Session, 'io' | 'out'>, file: string): Properties {
  return readProperties(resolve(io.cwd, file), (text) => out.warn(text))
}

function readItem(session: Pick<Session, 'io' | 'out'>, item: string): Properties {
  const [, name, value] = /^(rest\.auth\.[^=]+)=(.*)$/s.exec(item) ?? []
  if (name === undefined || value === undefined) return readFile(session, item)
  if (!isSecret(name)) return { [name]: value }
  throw new CliError(
    exitCode.usage,
    `The property ${name} is a secret and cannot be an argument, because other users of this machine can read arguments.`,
    {
      next: 'Write it into a file, and pass the file: --upstream-auth-read FILE.',
    },
  )
}

function select(properties: Properties, secret: boolean): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => isSecret(name) === secret))
}

/** Returns the upstream catalog for a new warehouse. Throws if the options do not contain its address. */
export function toNewUpstream(
  session: Pick<Session, 'io' | 'out'>,
  options: UpstreamOptions,
): (UpstreamChange & { readonly uri: string }) | undefined {
  const upstream = toUpstream(session, options)
  if (upstream === undefined) return undefined
  const { uri } = upstream
  if (uri === undefined)
    throw new CliError(exitCode.usage, 'The options of an upstream need the address of the upstream.', {
      next: 'Add --upstream URL.',
    })
  return { ...upstream, uri }
}
