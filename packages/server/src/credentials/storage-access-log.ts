import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { isHeadgateError } from '@headgate/errors'
import { type CallerCache, callerCache, callerKey } from '../cache.ts'
import { beatWriter, endWriter, recordGap, writerBeatMs } from '../store/storage-access-writers.ts'
import { type StorageAccessRow, upsertStorageAccess } from '../store/storage-access.ts'
import type { Sql } from '../store/sql.ts'
import type { S3Session } from './s3-session.ts'
import { storageAccessId } from './storage-access-id.ts'
import type { StorageCredential } from './storage-credential.ts'
import type { StorageGrant } from './storage-grant.ts'

export interface StorageAccessLogOptions {
  readonly sql: Sql
  /** Interval in ms at which new credentials are written to the database. Default 1 s. */
  readonly flushMs?: number
  /** Interval in ms at which later issues and uses of credentials that the database contains are written. Default 20 s. */
  readonly touchMs?: number
  /** Maximum number of unwritten credentials. Further ones are not stored, and the list states a gap. Default 50,000. */
  readonly maxUnwritten?: number
  /** Receives the error when the database rejects rows. */
  readonly onError?: (error: unknown) => void
  /** Returns the time in epoch ms. Default: `Date.now`. */
  readonly now?: () => number
}

/** Credential that this process issued or served, with the issues and uses that are not written to the database yet. */
interface Held {
  readonly row: Omit<StorageAccessRow, 'issues' | 'last_issued' | 'last_used'>
  issues: number
  lastIssued: number
  lastUsed: number | null
  isStored: boolean
  isQueued: boolean
}

const batchSize = 500
const maxServed = 10_000
const maxKeyIdLength = 256
const patienceAtEndMs = 3_000

/**
 * Records which storage credentials were issued, to whom and until when, without delaying requests: the request only
 * changes an object in memory, and a timer writes batches. The record contains no secret.
 *
 * A process that is killed loses the credentials of the last `flushMs` and of the running statement. Its row in
 * `storage_access_writer` then states from when on credentials may be missing. A credential of the gateway is recorded
 * again when a client uses it.
 */
export class StorageAccessLog implements AsyncDisposable {
  readonly #options: Required<StorageAccessLogOptions>
  readonly #writerId = randomUUID()
  /**
   * Record of each issued credential that is still in use. The garbage collector removes it together with the
   * credential.
   */
  readonly #issued = new WeakMap<StorageCredential, Held>()
  readonly #served: CallerCache<Held> = callerCache({ max: maxServed })
  readonly #fresh: Held[] = []
  readonly #touched: Held[] = []
  #touchedAt = 0
  #lostFrom: number | null = null
  #beatAt = 0
  #timer: NodeJS.Timeout | undefined
  #flushing: Promise<void> | undefined

  constructor(options: StorageAccessLogOptions) {
    this.#options = {
      flushMs: 1_000,
      touchMs: 20_000,
      maxUnwritten: 50_000,
      onError: () => undefined,
      now: Date.now,
      ...options,
    }
    this.#timer = setInterval(() => void this.flush().catch(() => undefined), this.#options.flushMs)
    this.#timer.unref()
  }

  /** Records a response with a credential. Returns at once and never throws. */
  issued(grant: StorageGrant, credential: StorageCredential): void {
    const now = this.#options.now()
    const known = this.#issued.get(credential)
    if (known === undefined) {
      const held = toHeld(grant, credential, now)
      this.#issued.set(credential, held)
      this.#queue(held)
      return
    }
    known.issues += 1
    known.lastIssued = now
    if (!known.isQueued) this.#queue(known)
  }

  /** Records a request to the storage gateway. Returns at once and never throws. */
  used(session: S3Session): void {
    const key = callerKey(session.accessKeyId)
    let held = this.#served.get(key)
    if (held === undefined) {
      held = toServed(session)
      this.#served.set(key, held)
    }
    held.lastUsed = this.#options.now()
    if (!held.isQueued) this.#queue(held)
  }

  #queue(held: Held): void {
    if (this.#fresh.length + this.#touched.length >= this.#options.maxUnwritten) {
      if (!held.isStored) this.#lostFrom ??= this.#options.now()
      return
    }
    held.isQueued = true
    if (held.isStored) this.#touched.push(held)
    else this.#fresh.push(held)
  }

  /** Writes all queued credentials. Throws when the database is unavailable; the credentials then stay in the queue. */
  async flush(all = false): Promise<void> {
    while (this.#flushing) await this.#flushing.catch(() => undefined)
    this.#flushing = this.#flush(all).finally(() => {
      this.#flushing = undefined
    })
    return this.#flushing
  }

  async #flush(all: boolean): Promise<void> {
    const { sql, now, touchMs, flushMs } = this.#options
    const startedAt = now()
    const lostFrom = this.#lostFrom
    const hadWork = this.#fresh.length > 0
    await this.#write(this.#fresh)
    if (all || startedAt - this.#touchedAt >= touchMs) {
      await this.#write(this.#touched)
      this.#touchedAt = startedAt
    }
    if (lostFrom !== null) {
      await recordGap(sql, randomUUID(), lostFrom, startedAt)
      if (this.#lostFrom === lostFrom) this.#lostFrom = null
    }
    if (!hadWork && startedAt - this.#beatAt < writerBeatMs - flushMs) return
    await beatWriter(sql, this.#writerId, now() - startedAt)
    this.#beatAt = startedAt
  }

  /** Writes the entries that are in the queue now, and removes them. */
  async #write(queue: Held[]): Promise<void> {
    const { sql, now, onError } = this.#options
    for (let left = queue.length; left > 0;) {
      const batch = queue.slice(0, Math.min(batchSize, left))
      const rows = batch.map((held) => toRow(held))
      try {
        await upsertStorageAccess(sql, mergeRows(rows))
      } catch (error) {
        if (isHeadgateError(error)) throw error
        // The database is available but rejects these rows. They are dropped and recorded as a gap, because otherwise
        // they would block all later rows.
        await recordGap(sql, randomUUID(), Math.min(...rows.map((row) => row.last_issued)), now())
        onError(error)
      }
      queue.splice(0, batch.length)
      left -= batch.length
      for (const [index, held] of batch.entries()) {
        const { issues = 0, last_issued = 0, last_used = null } = rows[index] ?? {}
        held.issues -= issues
        held.isStored = true
        held.isQueued = false
        // If the credential was issued or used again during the write, it is queued again.
        if (held.issues > 0 || held.lastIssued > last_issued || held.lastUsed !== last_used) this.#queue(held)
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    const patience = new AbortController()
    // If the writes fail, the row of this writer is not removed. The list of credentials then reports a gap for it.
    const finish = async (): Promise<void> => {
      await this.flush(true)
      await endWriter(this.#options.sql, this.#writerId)
    }
    await Promise.race([
      finish().catch(() => undefined),
      sleep(patienceAtEndMs, undefined, { signal: patience.signal }).catch(() => undefined),
    ])
    patience.abort()
  }
}

function toHeld(grant: StorageGrant, credential: StorageCredential, now: number): Held {
  const { warehouse, table, identity, permission, limits } = grant
  const { mode, config, id, mintedAt, expiresAt } = credential
  const keyId = config['s3.access-key-id']?.slice(0, maxKeyIdLength) ?? null
  const holder = {
    mode,
    key: keyId ?? id,
    principalId: identity.principal.id,
    actorId: identity.actors[0]?.id ?? null,
    relationId: table.id,
    permission,
  }
  return {
    row: {
      relation_id: table.id,
      id: storageAccessId(holder),
      warehouse_id: warehouse.id,
      principal_id: holder.principalId,
      actor_id: holder.actorId,
      permission,
      mode,
      key_id: keyId,
      first_issued: mintedAt,
      valid_until: expiresAt,
      renewable_until: mode === 'static' ? null : limits.renewableUntil,
    },
    issues: 1,
    lastIssued: now,
    lastUsed: null,
    isStored: false,
    isQueued: false,
  }
}

/** Returns the entry of a session that the gateway serves. Another process may have issued it. */
function toServed(session: S3Session): Held {
  const { accessKeyId, principal, actor, relationId, warehouseId, permission, issuedAt, expiresAt } = session
  const actorId = actor?.id ?? null
  const principalId = principal.id
  const mode = 'gateway'
  return {
    row: {
      relation_id: relationId,
      id: storageAccessId({ mode, key: accessKeyId, principalId, actorId, relationId, permission }),
      warehouse_id: warehouseId,
      principal_id: principalId,
      actor_id: actorId,
      permission,
      mode,
      key_id: accessKeyId,
      first_issued: issuedAt,
      valid_until: expiresAt,
      renewable_until: null,
    },
    issues: 0,
    lastIssued: issuedAt,
    lastUsed: null,
    isStored: false,
    isQueued: false,
  }
}

function toRow({ row, issues, lastIssued, lastUsed }: Held): StorageAccessRow {
  return { ...row, issues, last_issued: lastIssued, last_used: lastUsed }
}

/**
 * Merges rows of one credential, which one statement cannot write twice: the gateway may serve a credential that this
 * process issued, and several credentials can have the same keys of the store.
 */
function mergeRows(rows: readonly StorageAccessRow[]): readonly StorageAccessRow[] {
  const merged = new Map<string, StorageAccessRow>()
  for (const row of rows) {
    const other = merged.get(row.id)
    merged.set(row.id, other === undefined ? row : mergeRow(other, row))
  }
  return [...merged.values()]
}

function mergeRow(a: StorageAccessRow, b: StorageAccessRow): StorageAccessRow {
  return {
    ...a,
    issues: a.issues + b.issues,
    first_issued: Math.min(a.first_issued, b.first_issued),
    last_issued: Math.max(a.last_issued, b.last_issued),
    valid_until: Math.max(a.valid_until, b.valid_until),
    renewable_until: latest(a.renewable_until, b.renewable_until),
    last_used: latest(a.last_used, b.last_used),
  }
}

function latest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}
