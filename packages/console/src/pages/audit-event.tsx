import type { VNode } from 'preact'
import type { AuditEvent, ExplainEventResponse, SecurableName } from '../api/generated/management.ts'
import type { Json } from '../api/json.ts'
import { useGet } from '../api/use-get.ts'
import { Link, place } from '../router.tsx'
import { t } from '../text.ts'
import { Page } from '../ui/page.tsx'
import { Badge, Copyable, Facts, Section, Time } from '../ui/small.tsx'
import { Shown } from '../ui/states.tsx'
import { toText } from './describe-storage.ts'
import { EventRow, Outcome } from './event-list.tsx'
import { Explanation } from './explain.tsx'
import { parseObject, toQuery } from './securable.ts'

/** Page of an audit event: the identity of the caller, the decision at that time and now, and the request. */
export function AuditEventPage({ event: id }: { readonly event: string }): VNode {
  const loaded = useGet<ExplainEventResponse>(`management/v1/audit/${encodeURIComponent(id)}/explanation`)
  return (
    <Page
      title={loaded.data?.event.operation ?? t('Event')}
      icon="audit"
      crumbs={[{ name: t('Audit log'), to: '/audit' }]}
    >
      <Shown of={loaded}>
        {(answer) => (
          <>
            <EventDetails event={answer.event} isClaimedKnown={answer.claimedIssuerConfigured} />
            <Now answer={answer} />
          </>
        )}
      </Shown>
    </Page>
  )
}

const unexplained: Readonly<Record<string, string>> = {
  'not-identified': t('The caller was not identified, so no grant can decide.'),
  'principal-removed': t('The principal was removed.'),
  'no-object': t('The request is not about one object.'),
  'object-removed': t('The object was removed.'),
  'no-privilege': t('The request needs no privilege.'),
}

/** Shows the decision for the same caller and object with the current grants, and the changes since the event. */
function Now({
  answer: { now, unexplained: reason, changes },
}: {
  readonly answer: ExplainEventResponse
}): VNode {
  return (
    <>
      <Section title={t('The decision now')}>
        {now === null ? <p class="muted">{unexplained[reason ?? ''] ?? reason}</p> : <Explanation of={now} />}
      </Section>
      {changes.length > 0 && (
        <Section title={t('Changes since')}>
          {changes.map((change) => (
            <div class="row" key={change.id}>
              <EventRow event={change} />
            </div>
          ))}
        </Section>
      )}
    </>
  )
}

interface EventDetailsProps {
  readonly event: AuditEvent
  /**
   * Whether the issuer in the claims of the refused token is configured on the server. Null if no token was refused.
   */
  readonly isClaimedKnown: boolean | null
}

function EventDetails({ event, isClaimedKnown }: EventDetailsProps): VNode {
  const { principal, principalId, actors, privilege, outcome, reason, object, detail } = event
  const { claimed, ...more } = detail ?? {}
  return (
    <>
      <Journeys event={event} />
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
            [t('Query id'), event.queryId === null ? undefined : <Copyable key="q" text={event.queryId} />],
          ]}
        />
        {isClaimedKnown === false && (
          <p class="note bad">{t('The issuer of the token is not configured in HEADGATE_ISSUERS.')}</p>
        )}
        {Array.isArray(claimed) && claimed.map((each, index) => <Claimed key={index} token={each} />)}
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
      {Object.keys(more).length > 0 && (
        <Section title={t('Details')}>
          <Facts of={toFacts(more)} />
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

/**
 * Shows links from an event to the explanation of its decision, to the storage credentials of its caller, and to the
 * other events with its query id.
 */
function Journeys({ event }: { readonly event: AuditEvent }): VNode | null {
  const { principalId, actors, privilege, object, securableKind, queryId } = event
  if (principalId === null) return null
  const on = object === null ? null : parseSecurable(object, securableKind)
  const [engine = ''] = actors
  return (
    <p class="journeys">
      {on !== null && privilege !== null && (
        <Link
          to={place`/explain?principal=${principalId}&engine=${engine}&privilege=${privilege}&` + toQuery(on)}
        >
          {event.outcome === 'denied' ? t('Why was it refused?') : t('Why was it allowed?')}
        </Link>
      )}
      <Link to={place`/credentials?principal=${principalId}`}>
        {t('Which storage credentials does it hold?')}
      </Link>
      {queryId !== null && <Link to={place`/audit?queryId=${queryId}`}>{t('All events of this query')}</Link>}
    </p>
  )
}

/**
 * Parses the object of an event by its kind. Returns null if the object is not the server, a warehouse, a namespace, a
 * table or a view.
 */
function parseSecurable(object: string, kind: string | null): SecurableName | null {
  if (kind === 'server') return 'server'
  const named = parseObject(object)
  if (kind === null || named === 'server') return null
  if (kind !== 'namespace') return named
  const { warehouse, namespace = [], relation } = named
  return { warehouse, namespace: relation === undefined ? namespace : [...namespace, relation] }
}

/** Shows the unverified claims of a token that the server refused. */
function Claimed({ token }: { readonly token: Json }): VNode {
  if (typeof token !== 'object' || token === null || Array.isArray(token)) return <></>
  return (
    <div class="claimed">
      <p class="strong">
        {t('The refused token claims')} <Badge tone="warn">{t('not verified')}</Badge>
      </p>
      <Facts
        of={toFacts(Object.fromEntries(Object.entries(token).filter(([name]) => name !== 'verified')))}
      />
    </div>
  )
}

function toFacts(values: Readonly<Record<string, Json>>): readonly (readonly [string, VNode])[] {
  return Object.entries(values).map(([name, value]) => [name, <code key={name}>{toText(value)}</code>])
}
