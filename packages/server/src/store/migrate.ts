import { Client, DatabaseError } from 'pg'
import { applyBetween, checksum } from './apply-migration.ts'
import { cannotConnect } from './cannot-connect.ts'
import { checkEncoding, checkServer } from './check-database.ts'
import { isConnectionFailure } from './failures.ts'
import { MigrationError } from './migration-error.ts'
import type { Migration } from './migrations/migration.ts'
import { refuseOlderServers } from './server-connections.ts'

/** Constant number of the advisory lock, equal in every Headgate. The holder of the lock may change the schema. */
const LOCK = 5_179_026_441_803
const patienceMs = 300_000

export interface MigrateOptions {
  readonly url: string
  readonly migrations: readonly Migration[]
  /** Called for each step after its commit. */
  readonly onApplied?: (migration: Migration) => void
  /** Longest wait for another replica that migrates, and for sessions that hold a table, ms. Default: five minutes. */
  readonly lockTimeoutMs?: number
  /** Longest wait for the connections of older servers to end, ms. Default: ten seconds. */
  readonly olderServersPatienceMs?: number
  /** Longest time for opening the connection, ms. Default: ten seconds. */
  readonly connectionTimeoutMs?: number
  readonly signal?: AbortSignal
}

interface Applied {
  readonly version: number
  readonly name: string
  readonly checksum: string
}

/**
 * Updates the schema, forwards only. Each step runs in one transaction with its record, so an interrupted step has no
 * effect. Replicas that start together migrate one after the other; the later ones have nothing to apply. Returns the
 * applied steps.
 *
 * It uses a separate connection, whose end releases the lock in every case, also when this process is killed.
 *
 * @throws MigrationError when the connection fails, the server is too old, the schema is newer than this program, or a
 * step was changed
 */
export async function migrate(options: MigrateOptions): Promise<readonly Migration[]> {
  const { url, migrations, signal } = options
  checkOrder(migrations)
  signal?.throwIfAborted()
  // Keep-alive detects a server that disappears.
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

/**
 * Removes the time limits that the database sets for its sessions, because a step or the wait for another replica may
 * take long.
 */
async function liftLimits(client: Client): Promise<void> {
  await client.query(
    `select set_config(name, '0', false) from pg_settings where name in
       ('statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout')`,
  )
}

/**
 * Makes the server check the connection during a long step. Otherwise it would not notice the end of this process, and
 * would hold the lock until the step ends. Some systems do not support the check.
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
    const message = `Another Headgate has been changing the schema for more than ${timeoutMs / 1000} s. Check its log.`
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
      `This Headgate supports schema ${migrations.length}, the database has schema ${newest}. Start a newer Headgate.`,
    )
  }
  for (const [index, record] of applied.entries()) {
    const migration = migrations[index]
    if (migration !== undefined && record.version === index + 1 && record.checksum === checksum(migration))
      continue
    throw new MigrationError(
      `Schema step ${record.version} (${record.name}) in the database differs from the one of this Headgate: it was made by ` +
        `a different or changed program. Start the Headgate that made it, or restore the database.`,
    )
  }
}
