import type { VNode } from 'preact'
import type { AuditEvent, QueryAuditResponse } from '../api/generated/management.ts'
import { useGet } from '../api/use-get.ts'
import { Link, place, usePlace } from '../router.tsx'
import { t } from '../text.ts'
import { Page } from '../ui/page.tsx'
import { Copyable, Facts, Section, Time } from '../ui/small.tsx'
import { Empty, Shown } from '../ui/states.tsx'
import { Outcome } from './event-list.tsx'

/** Shows an audit event: the identity that arrived, the decision, and the request. */
export function AuditEventPage({ event: id }: { readonly event: string }): VNode {
  const { query } = usePlace()
  const path = `management/v1/audit?pageSize=1000&requestId=${encodeURIComponent(query.get('request') ?? '')}`
  const loaded = useGet<QueryAuditResponse>(path)
  const event = loaded.data?.events.find((each) => each.id === id)
  return (
    <Page
      title={event?.operation ?? t('Event')}
      icon="audit"
      crumbs={[{ name: t('Audit log'), to: '/audit' }]}
    >
      <Shown of={loaded}>
        {() =>
          event === undefined ? (
            <Empty title={t('The event does not exist any more')}>{t('Its retention may have ended.')}</Empty>
          ) : (
            <EventDetails event={event} />
          )
        }
      </Shown>
    </Page>
  )
}

function EventDetails({ event }: { readonly event: AuditEvent }): VNode {
  const { principal, principalId, actors, privilege, outcome, reason, object, detail } = event
  return (
    <>
      <Section title={t('Which identity arrived')}>
        <Facts
          of={[
            [
              t('Principal'),
              principalId === null ? (
                principal
              ) : (
                <Link key="p" to={place`/principals/${principalId}`}>
                  {principal}
                </Link>
              ),
            ],
            [t('Through engines'), actors.join(' ← ') || t('none')],
            [t('Client'), event.userAgent],
            [t('Query id'), event.queryId === null ? undefined : <QueryLink key="q" id={event.queryId} />],
          ]}
        />
      </Section>
      <Section title={t('What was decided')}>
        <Facts
          of={[
            [t('Outcome'), <Outcome key="o" of={outcome} />],
            [t('Operation'), <code key="op">{event.operation}</code>],
            [t('Object'), object],
            [t('Needed privilege'), privilege],
            [t('Reason'), reason],
          ]}
        />
      </Section>
      {detail !== null && (
        <Section title={t('Details')}>
          <Facts
            of={Object.entries(detail).map(([name, value]) => [
              name,
              <code key={name}>{typeof value === 'string' ? value : JSON.stringify(value)}</code>,
            ])}
          />
        </Section>
      )}
      <Section title={t('Request')}>
        <Facts
          of={[
            [t('Time'), <Time key="t" at={event.at} />],
            [t('Request id'), <Copyable key="r" text={event.requestId} />],
          ]}
        />
      </Section>
    </>
  )
}

function QueryLink({ id }: { readonly id: string }): VNode {
  return (
    <>
      <code>{id}</code> <Link to={place`/audit?queryId=${id}`}>{t('All events of this query')}</Link>
    </>
  )
}
