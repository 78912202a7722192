import { Client, DatabaseError } from 'pg'
import { applyBetween, checksum } from './apply-migration.ts'
import { cannotConnect } from './cannot-connect.ts'
import { checkEncoding, checkServer } from './check-database.ts'
import { isConnectionFailure } from './failures.ts'
import { MigrationError } from './migration-error.ts'
import type { Migration } from './migrations/migration.ts'
import { refuseOlderServers } from './server-connections.ts'

/**
 * Number of the PostgreSQL advisory lock that a Headgate process must hold to change the schema. All versions of
 * Headgate use the same number.
 */
const LOCK = 5_179_026_441_803
const patienceMs = 300_000

export interface MigrateOptions {
  readonly url: string
  readonly migrations: readonly Migration[]
  /** Called for each migration after its transaction is committed. */
  readonly onApplied?: (migration: Migration) => void
  /**
   * Maximum time in ms to wait for another replica that migrates, and for sessions that hold a table lock. Default:
   * five minutes.
   */
  readonly lockTimeoutMs?: number
  /**
   * Maximum time in ms to wait until servers of older versions have closed their connections. Default: ten seconds.
   */
  readonly olderServersPatienceMs?: number
  /** Maximum time in ms to open the connection. Default: ten seconds. */
  readonly connectionTimeoutMs?: number
  readonly signal?: AbortSignal
}

interface Applied {
  readonly version: number
  readonly name: string
  readonly checksum: string
}

/**
 * Applies the missing migrations to the database and returns them. Each migration and its row in `schema_migration` are
 * written in one transaction, so an interrupted migration has no effect. Replicas that start at the same time wait for
 * each other, and later replicas find no migration to apply.
 *
 * The function uses a separate connection. PostgreSQL releases the migration lock when this connection ends, even if
 * the process was killed.
 *
 * @throws MigrationError when the connection fails, the server is too old, the schema is newer than this program, or
 *   an applied migration was changed
 */
export async function migrate(options: MigrateOptions): Promise<readonly Migration[]> {
  const { url, migrations, signal } = options
  checkOrder(migrations)
  signal?.throwIfAborted()
  // TCP keep-alive detects a database server that is no longer reachable.
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
    throw new TypeError(
      `Migrations must be numbered 1, 2, 3 … without gaps, but migration ${wrong.version} (${wrong.name}) is out of order.`,
    )
}

/**
 * Disables the time limits (such as `statement_timeout`) that the database sets for its sessions, because a
 * migration or the wait for another replica may take long.
 */
async function liftLimits(client: Client): Promise<void> {
  await client.query(
    `select set_config(name, '0', false) from pg_settings where name in
       ('statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout')`,
  )
}

/**
 * Makes PostgreSQL check the connection during a long statement. Otherwise PostgreSQL would not notice the end of
 * this process, and would hold the migration lock until the statement ends. Some operating systems do not support the
 * check.
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
    const message = `Another Headgate server has been changing the schema for more than ${timeoutMs / 1000} s. Check the log of that server.`
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
      `Migration ${record.version} (${record.name}) in the database differs from the one of this Headgate: it was applied by ` +
        `a different or changed program. Start the version of Headgate that applied it, or restore the database from a backup.`,
    )
  }
}
