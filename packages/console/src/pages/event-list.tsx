import type { VNode } from 'preact'
import type { AuditEvent, QueryAuditResponse } from '../api/generated/management.ts'
import { nextPageToken, usePages } from '../api/use-pages.ts'
import { Link, place } from '../router.tsx'
import { t } from '../text.ts'
import { Rows } from '../ui/rows.tsx'
import { Badge, Time } from '../ui/small.tsx'
import { Empty } from '../ui/states.tsx'

/** Lists the audit events that a query selects, the newest first. */
export function EventList({ query }: { readonly query: string }): VNode {
  const rows = usePages<AuditEvent, QueryAuditResponse>(
    `management/v1/audit?order=newest&${query}`,
    ({ events }) => events,
    nextPageToken,
  )
  return (
    <Rows
      rows={rows}
      label={t('Audit events')}
      toKey={({ id }) => id}
      empty={<Empty title={t('No events')}>{t('No event matches these filters.')}</Empty>}
    >
      {(event) => <EventRow event={event} />}
    </Rows>
  )
}

/** Row of a list for one audit event, with a link to the page of the event. */
export function EventRow({ event }: { readonly event: AuditEvent }): VNode {
  const { id, at, principal, actors, operation, object, outcome, count } = event
  return (
    <span class="event">
      <span class="event-time muted">
        <Time at={at} />
      </span>
      <Outcome of={outcome} />
      <Link class="event-name" to={place`/audit/${id}`}>
        {operation}
      </Link>
      <span class="event-who">
        {principal}
        {actors.length > 0 && (
          <span class="muted"> {t('via {engines}', { engines: actors.join(', ') })}</span>
        )}
      </span>
      <span class="event-object muted">{object}</span>
      {count > 1 && <Badge>{t('{count} times', { count })}</Badge>}
    </span>
  )
}

export function Outcome({ of }: { readonly of: string }): VNode {
  const tone = of === 'allowed' ? 'good' : of === 'denied' ? 'bad' : 'warn'
  return <Badge tone={tone}>{of}</Badge>
}
