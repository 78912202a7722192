import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, DatabaseError } from 'pg'
import { isConflict, isConnectionFailure } from './failures.ts'
import { MigrationError } from './migration-error.ts'
import type { Migration } from './migrations/migration.ts'

/** Whoever waits for a table keeps all from it who come later. */
const waitForTablesMs = 1_000

/** The sha256 of a step's SQL, kept with its record. */
export function checksum(migration: Migration): string {
  return createHash('sha256').update(migration.sql).digest('hex')
}

/**
 * Applies a step when nobody holds its tables. While somebody does (a backup, say), it stands in the way of the replicas
 * that serve for a moment at a time only.
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
        `Schema step ${migration.version} (${migration.name}) needs a table that somebody has held for more than ${timeoutMs / 1000} s, such as a backup: let that end, then start again.`,
      )
    }
    await sleep(2 * waitForTablesMs, undefined, signal === undefined ? {} : { signal })
  }
}

/** False: somebody holds a table, or waits for one of ours while they do; nothing was done. */
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
