import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { isHeadgateError } from '@headgate/errors'
import { type RefusalRow, upsertRefusals } from '../store/refusals.ts'
import type { AuditRow } from '../store/commit-record.ts'
import type { Sql } from '../store/sql.ts'

/** Refused request. Two refusals are equal if these fields, except `row`, are equal. */
export interface Refusal {
  /** Id of the principal. Null: the caller was not identified. */
  readonly principalId: string | null
  readonly actorId: string | null
  readonly address: string
  readonly operation: string
  readonly object: string
  readonly reason: string
  /** Views that the caller named in `referenced-by`, but through which it may not read the table. */
  readonly views: string
  /** Claims of a token that was refused before the caller was identified, as JSON. Empty: there are none. */
  readonly claimed: string
  /** Creates the event that is stored for all equal refusals. */
  row(): AuditRow
}

/** Name of the member of an event's `detail` with the claims of a refused token. */
export const claimedMember = 'claimed'

export interface RefusalLogOptions {
  readonly sql: Sql
  /** Writes a row to the server log, when the database rejects the row or the queue is full. */
  readonly writeRow: (row: AuditRow) => void
  /** Returns the time in epoch ms. Default: `Date.now`. */
  readonly now?: () => number
  /** Time in ms between the first unwritten refusal and the write. Default 500. */
  readonly flushAfterMs?: number
  /** Maximum number of rows per minute for all callers that were not identified. Default 100. */
  readonly maxUnidentified?: number
  /**
   * Maximum number of rows per minute that contain the claims of refused tokens, for one address. Further tokens
   * share the row for their reason, which contains no claims. Default 50.
   */
  readonly maxClaimedPerAddress?: number
  /** Maximum number of rows per minute for one principal. Default 100. */
  readonly maxPerPrincipal?: number
  /** Maximum number of rows per minute in total. Default 10,000. */
  readonly maxRows?: number
}

interface Group {
  readonly row: AuditRow
  /**
   * Key of the row for equal refusals of one minute. All replicas compute the same key, so they count in the
   * same row.
   */
  readonly key: string
  /** Number of refusals that are not written yet. */
  pending: number
}

const minuteMs = 60_000
const batchSize = 200
const patienceAtEndMs = 3_000
const unidentified = 'unidentified'

/**
 * Writes refusals to the store in batches, without delaying requests. Equal refusals (same principal or
 * address, operation, object and reason) within one minute share one row, which contains their number. When a
 * principal reaches its maximum number of rows per minute, its further refusals share one row. All callers that
 * were not identified share one such row. Refused tokens with different claims have separate rows, up to
 * `maxClaimedPerAddress`. The same limits bound the memory.
 */
export class RefusalLog implements AsyncDisposable {
  readonly #options: Required<RefusalLogOptions>
  #minute = 0
  readonly #groups = new Map<string, Group>()
  readonly #rowCounts = new Map<string, number>()
  readonly #unwritten = new Set<Group>()
  #timer: NodeJS.Timeout | undefined
  #flushing: Promise<void> | undefined

  constructor(options: RefusalLogOptions) {
    this.#options = {
      now: Date.now,
      flushAfterMs: 500,
      maxUnidentified: 100,
      maxClaimedPerAddress: 50,
      maxPerPrincipal: 100,
      maxRows: 10_000,
      ...options,
    }
  }

  /** Counts one refusal. Returns at once and never throws. */
  record(refusal: Refusal): void {
    this.#enterMinute()
    const group = this.#getGroup(refusal)
    group.pending += 1
    this.#unwritten.add(group)
    this.#timer ??= setTimeout(() => void this.flush().catch(() => undefined), this.#options.flushAfterMs)
  }

  #enterMinute(): void {
    const minute = Math.floor(this.#options.now() / minuteMs)
    if (minute === this.#minute) return
    this.#minute = minute
    this.#groups.clear()
    this.#rowCounts.clear()
  }

  #getGroup(refusal: Refusal): Group {
    const { principalId, actorId, address, operation, object, reason, views, claimed } = refusal
    const caller = principalId ?? unidentified
    const name = JSON.stringify([
      caller,
      actorId,
      principalId === null ? address : '',
      operation,
      object,
      reason,
      views,
      claimed,
    ])
    const known = this.#groups.get(name)
    if (known !== undefined) return known
    const claims = `claims of ${address}`
    const claimedRows = this.#rowCounts.get(claims) ?? 0
    if (claimed !== '' && claimedRows >= this.#options.maxClaimedPerAddress)
      return this.#getGroup(withoutClaims(refusal))
    const { maxUnidentified, maxPerPrincipal, maxRows } = this.#options
    const rows = this.#rowCounts.get(caller) ?? 0
    const max = principalId === null ? maxUnidentified : maxPerPrincipal
    if (rows >= max || this.#groups.size >= maxRows)
      return this.#getOverflowGroup(refusal, this.#groups.size < 2 * maxRows)
    this.#rowCounts.set(caller, rows + 1)
    if (claimed !== '') this.#rowCounts.set(claims, claimedRows + 1)
    return this.#add(name, refusal.row())
  }

  /**
   * Returns the shared row for refusals beyond the limit: one row for each principal, or one row for all
   * principals when the total limit is reached, too.
   */
  #getOverflowGroup({ principalId, row }: Refusal, hasCapacity: boolean): Group {
    const caller = hasCapacity && principalId !== null ? principalId : unidentified
    const name = JSON.stringify(['rest', caller])
    const known = this.#groups.get(name)
    if (known !== undefined) return known
    const { principal_id, principal, actors, request_id } = row()
    const isOne = caller !== unidentified
    return this.#add(name, {
      request_id,
      principal_id: isOne ? principal_id : null,
      principal: isOne ? principal : unidentified,
      actors: isOne ? actors : [],
      operation: 'various',
      securable_kind: null,
      securable_id: null,
      object: null,
      privilege: null,
      outcome: 'denied',
      reason: 'further refusals in this minute, after the maximum number of rows was stored',
      user_agent: null,
      detail: null,
      query_id: null,
    })
  }

  #add(name: string, row: AuditRow): Group {
    const key = createHash('sha256').update(`${this.#minute} ${name}`).digest('hex').slice(0, 32)
    const group = { row, key, pending: 0 }
    this.#groups.set(name, group)
    return group
  }

  /**
   * Writes all queued refusals. Throws when the database is unavailable; the refusals then stay in the queue.
   */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    while (this.#flushing) await this.#flushing.catch(() => undefined)
    if (this.#unwritten.size === 0) return
    this.#flushing = this.#flush().finally(() => {
      this.#flushing = undefined
    })
    return this.#flushing
  }

  async #flush(): Promise<void> {
    const { sql, writeRow, flushAfterMs } = this.#options
    while (this.#unwritten.size > 0) {
      const batch = [...this.#unwritten].slice(0, batchSize)
      const rows = batch.map(({ row, key, pending }): RefusalRow => ({ ...row, key, count: pending }))
      for (const group of batch) {
        this.#unwritten.delete(group)
        group.pending = 0
      }
      try {
        await upsertRefusals(sql, rows)
      } catch (error) {
        if (!isHeadgateError(error)) {
          // The database is available but rejects these rows. The rows are written to the server log, because otherwise
          // they would block all later rows.
          for (const { row } of batch) writeRow(row)
          continue
        }
        for (const [index, group] of batch.entries()) {
          group.pending += rows[index]?.count ?? 0
          this.#unwritten.add(group)
        }
        this.#dropOldest()
        this.#timer ??= setTimeout(() => void this.flush().catch(() => undefined), 10 * flushAfterMs)
        throw error
      }
    }
  }

  /**
   * Moves the oldest unwritten rows beyond `maxRows` to the server log. Rows accumulate while the database is
   * unavailable for several minutes.
   */
  #dropOldest(): void {
    for (const group of this.#unwritten) {
      if (this.#unwritten.size <= this.#options.maxRows) return
      this.#unwritten.delete(group)
      this.#options.writeRow(group.row)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const patience = new AbortController()
    await Promise.race([
      this.flush().catch(() => undefined),
      sleep(patienceAtEndMs, undefined, { signal: patience.signal }).catch(() => undefined),
    ])
    patience.abort()
    clearTimeout(this.#timer)
    for (const { row } of this.#unwritten) this.#options.writeRow(row)
    this.#unwritten.clear()
  }
}

/** Returns a copy of the refusal without the claims of its token, so that it is equal to refusals of other tokens. */
function withoutClaims(refusal: Refusal): Refusal {
  return {
    ...refusal,
    claimed: '',
    row() {
      const row = refusal.row()
      const { [claimedMember]: _, ...detail } = row.detail ?? {}
      return { ...row, detail }
    },
  }
}
