import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { AuditEvent, QueryAuditResponse } from '../api/generated/management.ts'
import { request, toError } from '../api/request.ts'
import { t } from '../text.ts'
import { Empty, ErrorNote } from '../ui/states.tsx'
import { EventRow } from './event-list.tsx'

const pauseMs = 2_000
/** Maximum number of events that the page shows. */
const maxEvents = 500

/**
 * Shows new audit events as the server writes them, the newest first. Requests no events while the browser tab is
 * hidden.
 */
export function LiveTail({ query }: { readonly query: string }): VNode {
  const [events, setEvents] = useState<readonly AuditEvent[]>([])
  const [error, setError] = useState<Error | null>(null)
  useEffect(() => {
    const stop = new AbortController()
    void follow(
      query,
      stop.signal,
      (newer) => {
        setError(null)
        setEvents((known) => merge(newer, known))
      },
      setError,
    )
    return () => stop.abort()
  }, [query])
  return (
    <>
      {error !== null && <ErrorNote error={error} />}
      {events.length === 0 ? (
        <Empty title={t('Waiting for events')}>{t('New events appear here by themselves.')}</Empty>
      ) : (
        <div role="log" aria-label={t('Live audit events')}>
          {events.map((event) => (
            <div class="row fresh" key={event.id}>
              <EventRow event={event} />
            </div>
          ))}
        </div>
      )}
    </>
  )
}

function merge(newer: readonly AuditEvent[], known: readonly AuditEvent[]): readonly AuditEvent[] {
  const ids = new Set(known.map(({ id }) => id))
  return [...newer.filter(({ id }) => !ids.has(id)), ...known].slice(0, maxEvents)
}

async function follow(
  query: string,
  signal: AbortSignal,
  onEvents: (events: readonly AuditEvent[]) => void,
  onError: (error: Error) => void,
): Promise<void> {
  while (!signal.aborted) {
    if (document.visibilityState === 'visible')
      await request<QueryAuditResponse>(`management/v1/audit?order=newest&pageSize=50&${query}`, {
        signal,
      }).then(
        ({ events }) => onEvents(events),
        (error: unknown) => {
          if (!signal.aborted) onError(toError(error))
        },
      )
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}
