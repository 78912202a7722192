import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import { MigrationError } from './migration-error.ts'
import { migrations } from './migrations/index.ts'
import type { Migration } from './migrations/migration.ts'

/** Servers of the first schemas named their connections so, without a version. */
const unversioned = 'headgate'
const prefix = 'headgate schema '

/** Returns the `application_name` of a server's connections: it tells schema steps which schema the server knows. */
export function serverConnectionName(version: number = migrations.length): string {
  return `${prefix}${version}`
}

const askAgainMs = 250

/**
 * Refuses steps that older servers must not see, while one is connected. Connections of a server that was just stopped
 * can remain for a moment, so it asks for up to `patienceMs`.
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
  return rows.filter(({ name }) => versionOf(name) < version)
}

function versionOf(name: string): number {
  return name === unversioned ? 0 : Number(name.slice(prefix.length))
}

function refusal({ version, name }: Migration, older: readonly ServerConnection[]): MigrationError {
  const addresses = [...new Set(older.map(({ address }) => address ?? 'a local socket'))]
    .toSorted()
    .join(', ')
  return new MigrationError(
    `Schema step ${version} (${name}) needs all servers of earlier versions to be stopped, and ${older.length} database connections of such servers are open (from ${addresses}). Stop those servers, then start this one again.`,
  )
}
