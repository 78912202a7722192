import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, DatabaseError } from 'pg'
import { isConflict, isConnectionFailure } from './failures.ts'
import { MigrationError } from './migration-error.ts'
import type { Migration } from './migrations/migration.ts'

/**
 * Longest wait for the lock of a table. While a step waits, PostgreSQL queues all later users of the table behind it.
 */
const waitForTablesMs = 1_000

/** Returns the SHA-256 of a step's SQL, which is stored in the record of the step. */
export function checksum(migration: Migration): string {
  return createHash('sha256').update(migration.sql).digest('hex')
}

/**
 * Applies a step as soon as no other session holds its tables. Waits in short intervals, so that a long lock (for
 * example of a backup) does not make the step block the replicas that serve requests.
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
        `Schema step ${migration.version} (${migration.name}) needs a table that another session has locked for more than ${timeoutMs / 1000} s, such as a backup. Wait for that session to end, then start again.`,
      )
    }
    await sleep(2 * waitForTablesMs, undefined, signal === undefined ? {} : { signal })
  }
}

/**
 * Returns false, without any change, when another session holds a table of the step or waits for one that the step has
 * locked.
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
    const step = `step ${migration.version} (${migration.name})`
    const message =
      committing && isConnectionFailure(cause)
        ? `The connection was lost while schema ${step} was being committed. Start again: Headgate continues from the state of the database. ${reason}`
        : `Schema ${step} failed and was rolled back: ${reason}`
    throw new MigrationError(message, { cause })
  }
}
