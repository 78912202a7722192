import { setTimeout as sleep } from 'node:timers/promises'
import { type HeadgateError, isHeadgateError } from '@headgate/errors'
import { isHidden } from '../access/refuse.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import { insertAudit } from '../store/audit.ts'
import type { AuditRow } from '../store/commit-record.ts'
import type { Sql } from '../store/sql.ts'
import type { AuditDraft } from './audit-event.ts'
import { auditLine } from './audit-line.ts'
import { auditRow, toAuditOutcome } from './audit-row.ts'
import { claimedMember, type Refusal, type RefusalLog } from './refusal-log.ts'

/** Finished request, with the data that its audit event needs. */
export interface AuditEntry {
  readonly draft: AuditDraft
  readonly identity: ProvenIdentity | null
  readonly requestId: string
  readonly status: number
  readonly milliseconds: number
  readonly failure: HeadgateError | null
  readonly userAgent: string | undefined
}

/**
 * Destination of the audit events of reads and failures. `off`: they are not recorded. `log`: JSON lines in the
 * server log. `store`: rows in the database, written in batches. Refusals are always written to the database
 * (`RefusalLog`).
 */
export type AuditMode = 'off' | 'log' | 'store'

export interface AuditLogOptions {
  readonly mode: AuditMode
  /** Writes an event to the server log, as one line of JSON without the newline. */
  readonly write: (line: string) => void
  /** Connections to the database. The mode `store` requires them. */
  readonly sql?: Sql
  /** Log that receives every refused request, in every mode. */
  readonly refusals?: RefusalLog
  /**
   * Time in ms after which an incomplete batch is written, and after which a failed write is retried. Default
   * 500.
   */
  readonly flushAfterMs?: number
  /** Maximum number of events in one statement. Default 500. */
  readonly batchSize?: number
  /**
   * Maximum number of queued events while the database is unavailable. Further events are passed to `write`.
   * Default 10 000.
   */
  readonly maxWaiting?: number
}

const flushAfterMs = 500
const patienceAtEndMs = 3_000

/**
 * Records reads, refusals and failures without delaying requests. An event that the store refuses is written as a line,
 * so that no event is lost silently.
 *
 * A process that is killed loses the queued events: those of the last `flushAfterMs`, those of the running statement and,
 * while the store is unavailable, at most `maxWaiting`. Events of changes are not queued.
 */
export class AuditLog implements AsyncDisposable {
  readonly #options: AuditLogOptions
  readonly #batchSize: number
  #waiting: AuditRow[] = []
  #timer: NodeJS.Timeout | undefined
  #flushing: Promise<void> | undefined
  #ended = false

  constructor(options: AuditLogOptions) {
    if (options.mode === 'store' && !options.sql) throw new Error('the audit mode "store" requires the store')
    this.#options = options
    this.#batchSize = options.batchSize ?? 500
  }

  /** Queues one event. Returns at once and never throws. */
  record(entry: AuditEntry): void {
    const { mode, refusals } = this.#options
    const { draft, failure } = entry
    const outcome = toAuditOutcome(entry.status, failure)
    const isKept = outcome === 'denied' && refusals !== undefined
    if (mode === 'off' && !isKept) return
    const reason = draft.reason ?? findReason(failure)
    const refused = reason === undefined ? draft : { ...draft, reason }
    if (isKept) refusals.record(toRefusal(refused, entry, () => auditRow(refused, entry, outcome)))
    // The refusal log already counts this refusal together with equal refusals.
    if (mode === 'off' || (mode === 'store' && isKept)) return
    const row = auditRow(refused, entry, outcome)
    if (mode === 'log') this.#options.write(auditLine(row, entry))
    else this.#write(row)
  }

  #write(row: AuditRow): void {
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
    // The next request may come much later, so a timer retries the queued events.
    this.flush().catch(() => {
      if (!this.#ended) this.#flushSoon()
    })
  }

  /** Writes all queued events. Throws when the database is unavailable; the events then stay in the queue. */
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
        // The database is available but rejects these events. The events are written to the server log, because
        // otherwise they would block all later events.
        for (const row of batch) this.#line(row)
      }
      this.#waiting = this.#waiting.slice(batch.length)
    }
  }

  #line(row: AuditRow): void {
    this.#options.write(auditLine(row))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    // A store that does not respond must not delay the shutdown. If it commits later, the events are written twice.
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

function toRefusal(draft: AuditDraft, { identity: caller }: AuditEntry, row: () => AuditRow): Refusal {
  const identity = draft.identity ?? caller
  return {
    principalId: identity?.principal.id ?? null,
    actorId: identity?.actors[0]?.id ?? null,
    address: draft.address ?? '',
    operation: draft.operation,
    object: draft.object ?? '',
    reason: draft.reason ?? '',
    views: JSON.stringify(draft.detail?.['notThroughViews'] ?? ''),
    claimed: identity === null ? readClaims(draft) : '',
    row,
  }
}

function readClaims({ detail }: AuditDraft): string {
  const claimed = detail?.[claimedMember]
  return claimed === undefined ? '' : JSON.stringify(claimed)
}

/**
 * Returns the code of an error and the message of its cause, which states, for example, why a token was
 * refused. An `unauthenticated` error without a cause has the reason in its own message.
 */
function findReason(failure: HeadgateError | null): string | undefined {
  if (!failure) return undefined
  const { code, cause, message } = failure
  if (code !== 'unauthenticated' && !isHidden(failure)) return code
  if (cause instanceof Error) return `${code}: ${cause.message}`
  return code === 'unauthenticated' ? `${code}: ${message}` : code
}
