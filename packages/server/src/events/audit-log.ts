import { setTimeout as sleep } from 'node:timers/promises'
import { type HeadgateError, isHeadgateError } from '@headgate/errors'
import { isHidden } from '../access/refuse.ts'
import type { Identity } from '../identity/identity.ts'
import { insertAudit } from '../store/audit.ts'
import type { AuditRow } from '../store/riders.ts'
import type { Sql } from '../store/sql.ts'
import type { AuditDraft } from './audit-event.ts'
import { auditRow, outcomeOf } from './audit-row.ts'
import type { Refusal, RefusalLog } from './refusal-log.ts'

/** One finished request. */
export interface AuditEntry {
  readonly draft: AuditDraft
  readonly identity: Identity | null
  readonly requestId: string
  readonly status: number
  readonly milliseconds: number
  readonly failure: HeadgateError | null
  readonly userAgent: string | undefined
}

/** Where events of reads and failures go: nowhere, to the log as JSON lines, or to the store in batches. Refusals are also in the store (`RefusalLog`). */
export type AuditMode = 'off' | 'log' | 'store'

export interface AuditLogOptions {
  readonly mode: AuditMode
  /** Gets each event as one line of JSON, without the line's end. */
  readonly write: (line: string) => void
  /** Needed for the mode `store`. */
  readonly sql?: Sql
  /** Receives every refusal, whatever the mode. */
  readonly refusals?: RefusalLog
  /** A batch is written after this time, in ms, or when it is full; tried again after it. Default 500. */
  readonly flushAfterMs?: number
  /** Events in one statement. Default 500. */
  readonly batchSize?: number
  /** Events that may wait while the store is away; more go to `write` instead. Default 10 000. */
  readonly maxWaiting?: number
}

const flushAfterMs = 500
const patienceAtEndMs = 3_000

/**
 * Records reads, refusals and failures, without making any request wait. An event that the store does not take
 * is written as a line instead: none is lost silently.
 *
 * A process that is killed loses what waits: the events of the last `flushAfterMs` and of the statement under way and,
 * while the store is away, of all that time, `maxWaiting` at most. Changes are not among them.
 */
export class AuditLog implements AsyncDisposable {
  readonly #options: AuditLogOptions
  readonly #batchSize: number
  #waiting: AuditRow[] = []
  #timer: NodeJS.Timeout | undefined
  #flushing: Promise<void> | undefined
  #ended = false

  constructor(options: AuditLogOptions) {
    if (options.mode === 'store' && !options.sql) throw new Error('the audit mode "store" needs the store')
    this.#options = options
    this.#batchSize = options.batchSize ?? 500
  }

  /** Takes one event. Returns at once and never throws. */
  record(entry: AuditEntry): void {
    const { mode, refusals } = this.#options
    const { draft, failure } = entry
    const outcome = outcomeOf(entry.status, failure)
    const isKept = outcome === 'denied' && refusals !== undefined
    if (mode === 'off' && !isKept) return
    const reason = draft.reason ?? reasonOf(failure)
    const told = reason === undefined ? draft : { ...draft, reason }
    if (isKept) refusals.record(refusalOf(told, entry, () => auditRow(told, entry, outcome)))
    // The store has the refusal already, together with those that are equal.
    if (mode === 'off' || (mode === 'store' && isKept)) return
    const row = auditRow(told, entry, outcome)
    if (mode === 'log')
      this.#line(row, { status: entry.status, milliseconds: Math.round(entry.milliseconds * 1000) / 1000 })
    else this.#keep(row)
  }

  #keep(row: AuditRow): void {
    if (this.#waiting.length >= (this.#options.maxWaiting ?? 10_000)) {
      this.#line(row)
      return
    }
    this.#waiting.push(row)
    if (this.#waiting.length >= this.#batchSize) this.#flushBehind()
    else this.#flushSoon()
  }

  #flushSoon(): void {
    this.#timer ??= setTimeout(() => this.#flushBehind(), this.#options.flushAfterMs ?? flushAfterMs)
  }

  #flushBehind(): void {
    // Nobody may come for long, so what still waits must not need another event to be tried again.
    this.flush().catch(() => {
      if (!this.#ended) this.#flushSoon()
    })
  }

  /** Writes all that waits. Throws when the store does not take it; then it keeps waiting. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    while (this.#flushing) await this.#flushing.catch(() => undefined)
    if (this.#waiting.length === 0) return
    this.#flushing = this.#flush().finally(() => {
      this.#flushing = undefined
    })
    return this.#flushing
  }

  async #flush(): Promise<void> {
    const { sql } = this.#options
    if (!sql) return
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, this.#batchSize)
      try {
        await insertAudit(sql, batch)
      } catch (error) {
        if (isHeadgateError(error)) throw error
        // Not the store's absence but these events: they must not stand in the way of all others.
        for (const row of batch) this.#line(row)
      }
      this.#waiting = this.#waiting.slice(batch.length)
    }
  }

  #line(row: AuditRow, more: object = {}): void {
    this.#options.write(auditLine(row, more))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    // A store that hangs must not hold up the end; what it takes all the same is then told twice.
    const patience = new AbortController()
    await Promise.race([
      this.flush().catch(() => undefined),
      sleep(patienceAtEndMs, undefined, { signal: patience.signal }).catch(() => undefined),
    ])
    patience.abort()
    for (const row of this.#waiting) this.#line(row)
    this.#waiting = []
  }
}

/** Returns an event as one line of JSON, without the line's end. */
export function auditLine(row: AuditRow, more: object = {}): string {
  return JSON.stringify({ audit: true, time: new Date().toISOString(), ...row, ...more })
}

function refusalOf(draft: AuditDraft, { identity: caller }: AuditEntry, row: () => AuditRow): Refusal {
  const identity = draft.identity ?? caller
  return {
    principalId: identity?.principal.id ?? null,
    actorId: identity?.actors[0]?.id ?? null,
    address: draft.address ?? '',
    operation: draft.operation,
    object: draft.object ?? '',
    reason: draft.reason ?? '',
    views: JSON.stringify(draft.detail?.['notThroughViews'] ?? ''),
    row,
  }
}

/** The code, and what is known beyond the message: why a token was refused is in the cause. */
function reasonOf(failure: HeadgateError | null): string | undefined {
  if (!failure) return undefined
  const { cause } = failure
  const known =
    (failure.code === 'unauthenticated' || isHidden(failure)) && cause instanceof Error
      ? `: ${cause.message}`
      : ''
  return failure.code + known
}
