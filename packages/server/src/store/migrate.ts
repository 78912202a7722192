import { Client, DatabaseError } from 'pg'
import { applyBetween, checksum } from './apply-migration.ts'
import { cannotConnect } from './cannot-connect.ts'
import { checkEncoding, checkServer } from './check-database.ts'
import { isConnectionFailure } from './failures.ts'
import { MigrationError } from './migration-error.ts'
import type { Migration } from './migrations/migration.ts'
import { refuseOlderServers } from './server-connections.ts'

/** Any number, the same in every Headgate: whoever holds this advisory lock may change the schema. */
const LOCK = 5_179_026_441_803
const patienceMs = 300_000

export interface MigrateOptions {
  readonly url: string
  readonly migrations: readonly Migration[]
  /** Told about each step after it is committed. */
  readonly onApplied?: (migration: Migration) => void
  /** How long to wait for another replica that is migrating, and for whoever holds a table, ms; five minutes unless told. */
  readonly lockTimeoutMs?: number
  /** How long to wait for the connections of older servers to end, ms; ten seconds unless told. */
  readonly olderServersPatienceMs?: number
  /** How long making the connection may take, ms; ten seconds unless told. */
  readonly connectionTimeoutMs?: number
  readonly signal?: AbortSignal
}

interface Applied {
  readonly version: number
  readonly name: string
  readonly checksum: string
}

/**
 * Brings the schema up to date, forwards only. Every step runs in one transaction with the record of it, so a step
 * that was killed has not happened. Replicas that start together take turns; the later ones find nothing to do. Returns
 * the steps applied.
 *
 * It has a connection of its own, whose end frees the lock in every case, also when this process is killed.
 *
 * @throws MigrationError when there is no connection, the server is too old, the schema newer than this program, or a step was changed
 */
export async function migrate(options: MigrateOptions): Promise<readonly Migration[]> {
  const { url, migrations, signal } = options
  checkOrder(migrations)
  signal?.throwIfAborted()
  // A server that vanishes is noticed by keep-alive.
  const client = new Client({
    connectionString: url,
    application_name: 'headgate-migrate',
    keepAlive: true,
    connectionTimeoutMillis: options.connectionTimeoutMs ?? 10_000,
  })
  client.on('error', () => undefined)
  try {
    await client.connect().catch((cause: unknown) => {
      throw new MigrationError(cannotConnect(cause, url), { cause })
    })
    await checkServer(client)
    await liftLimits(client)
    await noticeOurDeath(client)
    await lock(client, options.lockTimeoutMs ?? patienceMs)
    const applied = await readApplied(client).catch((cause: unknown) => {
      if (!(cause instanceof DatabaseError) && !isConnectionFailure(cause)) throw cause
      throw new MigrationError(cannotConnect(cause, url), { cause })
    })
    checkApplied(applied, migrations)
    if (applied.length === 0) await checkEncoding(client)
    const missing = migrations.slice(applied.length)
    if (applied.length > 0)
      await refuseOlderServers(client, missing, options.olderServersPatienceMs ?? 10_000, signal)
    for (const migration of missing) {
      signal?.throwIfAborted()
      await applyBetween(client, migration, options.lockTimeoutMs ?? patienceMs, signal)
      options.onApplied?.(migration)
    }
    return missing
  } finally {
    await client.end()
  }
}

function checkOrder(migrations: readonly Migration[]): void {
  const wrong = migrations.find((migration, index) => migration.version !== index + 1)
  if (wrong !== undefined)
    throw new TypeError(`Migrations are numbered 1, 2, 3 …: ${wrong.version} (${wrong.name}) is not.`)
}

/** A step may take long, and so may the wait for another replica, whatever the database sets for its sessions. */
async function liftLimits(client: Client): Promise<void> {
  await client.query(
    `select set_config(name, '0', false) from pg_settings where name in
       ('statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout')`,
  )
}

/**
 * A server at work on a long step would not see that we are gone, and would hold the lock until the step is through.
 * Not every system can look; where it cannot, that is how it is.
 */
async function noticeOurDeath(client: Client): Promise<void> {
  await client.query('set client_connection_check_interval = 1000').catch(() => undefined)
  await client.query(
    'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3',
  )
}

async function lock(client: Client, timeoutMs: number): Promise<void> {
  await client.query(`set lock_timeout = ${timeoutMs}`)
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK])
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== '55P03') throw error
    const message = `Another Headgate has been changing the schema for more than ${timeoutMs / 1000} s: see what it is doing.`
    throw new MigrationError(message, { cause: error })
  }
  await client.query('set lock_timeout = 0')
}

async function readApplied(client: Client): Promise<readonly Applied[]> {
  await client.query(`
    create table if not exists schema_migration (
      version integer primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`)
  const { rows } = await client.query<Applied>(
    'select version, name, checksum from schema_migration order by version',
  )
  return rows
}

function checkApplied(applied: readonly Applied[], migrations: readonly Migration[]): void {
  const newest = applied.at(-1)?.version ?? 0
  if (newest > migrations.length) {
    throw new MigrationError(
      `This Headgate knows schema ${migrations.length}, the database has ${newest}: start a newer Headgate.`,
    )
  }
  for (const [index, record] of applied.entries()) {
    const migration = migrations[index]
    if (migration !== undefined && record.version === index + 1 && record.checksum === checksum(migration))
      continue
    throw new MigrationError(
      `Schema step ${record.version} (${record.name}) in the database is not the one this Headgate knows: it was made by ` +
        `a different or changed program. Start the Headgate that made it, or restore the database.`,
    )
  }
}
