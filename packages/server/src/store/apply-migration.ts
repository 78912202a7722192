import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, DatabaseError } from 'pg'
import { isConflict, isConnectionFailure } from './failures.ts'
import { MigrationError } from './migration-error.ts'
import type { Migration } from './migrations/migration.ts'

/**
 * Maximum time in ms for which a migration waits for a table lock. It is short, because all later statements on the
 * table wait behind the migration.
 */
const waitForTablesMs = 1_000

/** Returns the SHA-256 of the SQL text of a migration. The table `schema_migration` stores it. */
export function checksum(migration: Migration): string {
  return createHash('sha256').update(migration.sql).digest('hex')
}

/**
 * Applies a migration as soon as no other session holds a lock on its tables. Waits only a short time for
 * each lock and then retries. Otherwise the waiting migration would block the statements of running replicas
 * while another session, such as a backup, holds its lock.
 */
export async function applyBetween(
  client: Client,
  migration: Migration,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const giveUpAt = performance.now() + timeoutMs
  while (!(await apply(client, migration))) {
    if (performance.now() > giveUpAt) {
      throw new MigrationError(
        `Migration ${migration.version} (${migration.name}) needs a table that another session has locked for more than ${timeoutMs / 1000} s, such as a backup. Wait for that session to end, then start again.`,
      )
    }
    await sleep(2 * waitForTablesMs, undefined, signal === undefined ? {} : { signal })
  }
}

/**
 * Applies a migration in one transaction. Returns false, without any change, when another session has locked a table
 * of the migration, or when a deadlock with another session occurred.
 */
async function apply(client: Client, migration: Migration): Promise<boolean> {
  let committing = false
  await client.query('begin')
  try {
    await client.query(`set local lock_timeout = ${waitForTablesMs}`)
    await client.query(migration.sql)
    await client.query('insert into schema_migration (version, name, checksum) values ($1, $2, $3)', [
      migration.version,
      migration.name,
      checksum(migration),
    ])
    committing = true
    await client.query('commit')
    return true
  } catch (cause) {
    await client.query('rollback').catch(() => undefined)
    if (isConflict(cause) || (cause instanceof DatabaseError && cause.code === '55P03')) return false
    const reason = cause instanceof Error ? cause.message : String(cause)
    if (migration.version === 1 && cause instanceof DatabaseError && cause.code === '42P07') {
      const foreign = `This database contains tables of another program (${reason}). Create a separate database for Headgate.`
      throw new MigrationError(foreign, { cause })
    }
    const step = `migration ${migration.version} (${migration.name})`
    const message =
      committing && isConnectionFailure(cause)
        ? `The connection was lost while ${step} was being committed. Start Headgate again: it checks whether the migration was committed, and continues. ${reason}`
        : `The ${step} failed and was rolled back: ${reason}`
    throw new MigrationError(message, { cause })
  }
}
