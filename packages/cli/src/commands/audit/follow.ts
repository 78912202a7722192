import { setTimeout as sleep } from 'node:timers/promises'
import { type Json, stringify } from '@headgate/json'
import { readPages } from '../../connection/pages.ts'
import type { QueryAuditQuery } from '../../management/generated/audit.ts'
import type { AuditEvent } from '../../management/generated/schemas.ts'
import { visible } from '../../output/visible.ts'
import type { Output } from '../../output/output.ts'
import type { Session } from '../../session.ts'
import { columns } from './event.ts'
import { eventList } from './query.ts'

const intervalMs = 2_000
/**
 * Time in ms that two successive requests overlap. An event has the time at which its change began, but becomes
 * visible only when the change is committed, at most this long afterwards.
 */
const overlapMs = 10_000

/** Prints new audit events, oldest first, until the process ends or the server refuses a request. */
export async function followEvents(session: Session, query: QueryAuditQuery): Promise<void> {
  const { io, out } = session
  let since = query.from === undefined ? Date.now() : Date.parse(query.from)
  /** Times of printed events that the next request can return again, keyed by the id of the event. */
  let shown = new Map<string, number>()
  for (;;) {
    const from = new Date(since).toISOString()
    const list = eventList(session, { ...query, from, order: 'oldest' })
    for await (const { raw, items } of readPages(session, list)) {
      for (const [index, event] of items.entries()) {
        if (shown.has(event.id)) continue
        shown.set(event.id, Date.parse(event.at))
        io.stdout.write(`${formatEvent(out, event, raw[index] ?? null)}\n`)
      }
    }
    const newest = Math.max(since + overlapMs, ...shown.values())
    since = newest - overlapMs
    shown = new Map([...shown].filter(([, at]) => at >= since))
    await sleep(intervalMs)
  }
}

function formatEvent(out: Output, event: AuditEvent, raw: Json): string {
  if (out.json) return stringify(raw)
  const cells = columns.map(({ cell, paint }) => {
    const text = visible(String(cell(event) ?? '-'))
    const format = paint?.(event) ?? null
    return format === null ? text : out.paint(format, text)
  })
  return cells.join('  ')
}
