import { resolve } from 'node:path'
import type { Command } from 'commander'
import { isSecret, readProperties } from '../../auth/auth-properties.ts'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { UpstreamChange } from '../../management/generated/schemas.ts'
import type { Session } from '../../session.ts'

/** Options that describe the catalog behind an upstream warehouse. */
export interface UpstreamOptions {
  readonly upstream?: string
  readonly upstreamWarehouse?: string
  readonly upstreamProperties?: string
}

export function addUpstreamOptions(command: Command): Command {
  return command
    .option(
      '--upstream <url>',
      'forward to the Iceberg REST catalog at this URL (before /v1) instead of managing tables',
    )
    .option('--upstream-warehouse <name>', 'warehouse of that catalog')
    .option(
      '--upstream-properties <file>',
      'file with properties of the auth provider for that catalog, one NAME=VALUE per line, with its secrets',
    )
}

/**
 * Returns the upstream that the options describe, or undefined without such options. Secret properties are separated,
 * because the server stores them encrypted.
 */
export function toUpstream(
  { io, out }: Pick<Session, 'io' | 'out'>,
  { upstream: uri, upstreamWarehouse: warehouse, upstreamProperties: file }: UpstreamOptions,
): UpstreamChange | undefined {
  if (uri === undefined && warehouse === undefined && file === undefined) return undefined
  if (file === undefined) return { uri, warehouse }
  const properties = Object.entries(readProperties(resolve(io.cwd, file), (text) => out.warn(text)))
  return {
    uri,
    warehouse,
    auth: Object.fromEntries(properties.filter(([name]) => !isSecret(name))),
    secrets: Object.fromEntries(properties.filter(([name]) => isSecret(name))),
  }
}

/** Returns the upstream for a new warehouse, for which the address is required. */
export function toNewUpstream(
  session: Pick<Session, 'io' | 'out'>,
  options: UpstreamOptions,
): (UpstreamChange & { readonly uri: string }) | undefined {
  const upstream = toUpstream(session, options)
  if (upstream === undefined) return undefined
  const { uri } = upstream
  if (uri === undefined)
    throw new CliError(exitCode.usage, 'The options of an upstream need its address.', {
      next: 'Add --upstream URL.',
    })
  return { ...upstream, uri }
}
