import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from '@headgate/json'
import type { Call } from '../../connection/client.ts'
import { pagesOf } from '../../connection/pages.ts'
import { visible } from '../../output/visible.ts'
import type { Session } from '../../session.ts'
import { auditEvent, columns } from './event.ts'

const everyMs = 2_000
/** A change is seen when it is committed, but dated when it began: what began so long ago may still come. */
const overlapMs = 10_000

/** Shows events as they come, the oldest first. Ends when the process does, or when the server refuses. */
export async function followEvents(session: Session, query: NonNullable<Call['query']>): Promise<void> {
  const { io, out } = session
  let since = typeof query['from'] === 'string' ? Date.parse(query['from']) : Date.now()
  /** What was shown and may be read again, with its time. */
  let shown = new Map<string, number>()
  for (;;) {
    const list = { path: '/management/v1/audit', key: 'events', item: auditEvent }
    const from = new Date(since).toISOString()
    for await (const { raw, items } of pagesOf(session, {
      ...list,
      query: { ...query, from, order: 'oldest' },
    })) {
      for (const [index, event] of items.entries()) {
        if (shown.has(event.id)) continue
        shown.set(event.id, Date.parse(event.at))
        const texts = columns.map(({ cell, paint }) => {
          const text = visible(String(cell(event) ?? '-'))
          const format = paint?.(event) ?? null
          return format === null ? text : out.paint(format, text)
        })
        io.stdout.write(`${out.json ? stringify(raw[index] ?? null) : texts.join('  ')}\n`)
      }
    }
    const newest = Math.max(since + overlapMs, ...shown.values())
    since = newest - overlapMs
    shown = new Map([...shown].filter(([, at]) => at >= since))
    await sleep(everyMs)
  }
}
