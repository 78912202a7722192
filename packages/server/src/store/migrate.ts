import { createHash } from 'node:crypto'
import { Client, DatabaseError } from 'pg'
import { cannotConnect } from './cannot-connect.ts'
import { isConnectionFailure } from './failures.ts'
import type { Migration } from './migrations/migration.ts'

/** Any number, the same in every Headgate: whoever holds this advisory lock may change the schema. */
const LOCK = 5_179_026_441_803
const OLDEST_SERVER = 15

/** Why the schema cannot be brought up to date: a sentence for the operator. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'
}

export interface MigrateOptions {
  readonly url: string
  readonly migrations: readonly Migration[]
  /** Told about each step after it is committed. */
  readonly onApplied?: (migration: Migration) => void
  /** How long to wait for another replica that is migrating, ms; five minutes unless told. */
  readonly lockTimeoutMs?: number
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
    await lock(client, options.lockTimeoutMs ?? 300_000)
    const applied = await readApplied(client).catch((cause: unknown) => {
      if (!(cause instanceof DatabaseError) && !isConnectionFailure(cause)) throw cause
      throw new MigrationError(cannotConnect(cause, url), { cause })
    })
    checkApplied(applied, migrations)
    if (applied.length === 0) await checkEncoding(client)
    const missing = migrations.slice(applied.length)
    for (const migration of missing) {
      signal?.throwIfAborted()
      await apply(client, migration)
      options.onApplied?.(migration)
    }
    return missing
  } finally {
    await client.end()
  }
}

/** The sha256 of a step's SQL, kept with its record. */
export function checksum(migration: Migration): string {
  return createHash('sha256').update(migration.sql).digest('hex')
}

function checkOrder(migrations: readonly Migration[]): void {
  const wrong = migrations.find((migration, index) => migration.version !== index + 1)
  if (wrong !== undefined)
    throw new TypeError(`Migrations are numbered 1, 2, 3 …: ${wrong.version} (${wrong.name}) is not.`)
}

async function checkServer(client: Client): Promise<void> {
  const { rows } = await client.query<{ version: string }>(
    "select current_setting('server_version_num') as version",
  )
  const version = Math.floor(Number(rows[0]?.version) / 10_000)
  if (version >= OLDEST_SERVER) return
  throw new MigrationError(
    `Headgate needs PostgreSQL ${OLDEST_SERVER} or newer, and this server is PostgreSQL ${version}.`,
  )
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

/** Names and properties are Unicode, and not every encoding has all of it. */
async function checkEncoding(client: Client): Promise<void> {
  const { rows } = await client.query<{ encoding: string }>(
    "select current_setting('server_encoding') as encoding",
  )
  const encoding = rows[0]?.encoding ?? ''
  if (encoding === 'UTF8') return
  throw new MigrationError(
    `Headgate needs a database in UTF8, and this one is in ${encoding}: make another one (\`createdb --encoding UTF8 --template template0\`).`,
  )
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

async function apply(client: Client, migration: Migration): Promise<void> {
  let committing = false
  await client.query('begin')
  try {
    await client.query(migration.sql)
    await client.query('insert into schema_migration (version, name, checksum) values ($1, $2, $3)', [
      migration.version,
      migration.name,
      checksum(migration),
    ])
    committing = true
    await client.query('commit')
  } catch (cause) {
    await client.query('rollback').catch(() => undefined)
    const reason = cause instanceof Error ? cause.message : String(cause)
    if (migration.version === 1 && cause instanceof DatabaseError && cause.code === '42P07') {
      const foreign = `This database holds tables of something else (${reason}): give Headgate a database of its own.`
      throw new MigrationError(foreign, { cause })
    }
    const step = `step ${migration.version} (${migration.name})`
    const message =
      committing && isConnectionFailure(cause)
        ? `The connection was lost while schema ${step} was being committed: start again, and it goes on from what is there. ${reason}`
        : `Schema ${step} failed and was taken back: ${reason}`
    throw new MigrationError(message, { cause })
  }
}
