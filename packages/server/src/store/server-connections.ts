import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import { MigrationError } from './migration-error.ts'
import { migrations } from './migrations/index.ts'
import type { Migration } from './migrations/migration.ts'

/** `application_name` of the connections of early versions of Headgate, which did not contain a schema version. */
const unversioned = 'headgate'
const prefix = 'headgate schema '

/**
 * Returns the `application_name` of a server's database connections. It contains the schema version of the server, so
 * that a migration can detect connected servers of older versions.
 */
export function serverConnectionName(version: number = migrations.length): string {
  return `${prefix}${version}`
}

const askAgainMs = 250

/**
 * Waits until no server of an older version is connected, if a missing migration requires this (`stopsOlderServers`).
 * Throws after `patienceMs`. The wait is necessary because connections of a stopped server can remain open for a
 * moment.
 *
 * @throws MigrationError
 */
export async function refuseOlderServers(
  client: Client,
  missing: readonly Migration[],
  patienceMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const step = missing.findLast(({ stopsOlderServers }) => stopsOlderServers === true)
  if (step === undefined) return
  const giveUpAt = performance.now() + patienceMs
  for (;;) {
    const older = await connectionsOlderThan(client, step.version)
    if (older.length === 0) return
    if (performance.now() > giveUpAt) throw refusal(step, older)
    await sleep(askAgainMs, undefined, signal === undefined ? {} : { signal })
  }
}

interface ServerConnection {
  readonly name: string
  readonly address: string | null
}

async function connectionsOlderThan(client: Client, version: number): Promise<readonly ServerConnection[]> {
  const { rows } = await client.query<ServerConnection>(
    `select application_name as name, client_addr::text as address from pg_stat_activity
     where datname = current_database() and (application_name = $1 or starts_with(application_name, $2))`,
    [unversioned, prefix],
  )
  return rows.filter(({ name }) => parseVersion(name) < version)
}

function parseVersion(name: string): number {
  return name === unversioned ? 0 : Number(name.slice(prefix.length))
}

function refusal({ version, name }: Migration, older: readonly ServerConnection[]): MigrationError {
  const addresses = [...new Set(older.map(({ address }) => address ?? 'a local socket'))]
    .toSorted()
    .join(', ')
  return new MigrationError(
    `Migration ${version} (${name}) requires that all servers of earlier versions are stopped, and ${older.length} database connections of such servers are open (from ${addresses}). Stop those servers, then start this server again.`,
  )
}
