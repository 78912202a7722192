import type { VNode } from 'preact'
import type { Engine, ListEnginesResponse } from '../api/generated/management.ts'
import { useGet } from '../api/use-get.ts'
import { Link, place } from '../router.tsx'
import { t } from '../text.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Page } from '../ui/page.tsx'
import { Badge, Copyable, Facts, Section, Time } from '../ui/small.tsx'
import { Empty, Shown } from '../ui/states.tsx'

/** Page that lists engines, which are clients that may act for users. */
export function EnginesPage(): VNode {
  const loaded = useGet<ListEnginesResponse>('management/v1/engines?pageSize=1000')
  return (
    <Page title={t('Engines')} about={t('Clients that may act for users, within the limits of their entry.')}>
      <Shown of={loaded}>
        {({ engines }) =>
          engines.length === 0 ? (
            <Empty title={t('No engines yet')}>
              {t('Without an entry, an engine acts only as itself. Add one with "headgate engine add".')}
            </Empty>
          ) : (
            <DataTable
              label={t('Engines')}
              rows={engines}
              toKey={({ id }) => id}
              columns={[
                {
                  heading: t('Engine'),
                  cell: ({ id, name, enabled }) => (
                    <>
                      <Link class="strong" to={place`/engines/${id}`}>
                        {name}
                      </Link>{' '}
                      {!enabled && <Badge tone="bad">{t('disabled')}</Badge>}
                    </>
                  ),
                },
                { heading: t('Acts for'), cell: (engine) => describeSubjects(engine) },
                { heading: t('Proof of the user'), cell: (engine) => describeProofs(engine).join(', ') },
                {
                  heading: t('Warehouses'),
                  cell: ({ warehouses }) => warehouses?.join(', ') ?? t('all'),
                },
              ]}
            />
          )
        }
      </Shown>
    </Page>
  )
}

function describeSubjects({ subjects }: Engine): string {
  if (subjects.length === 0) return t('no user')
  return subjects.map(({ pattern, groups }) => (groups.length > 0 ? groups.join(', ') : pattern)).join('; ')
}

function describeProofs({ assertions, unsignedSubjects }: Engine): readonly string[] {
  return [
    t('token of the user'),
    ...(assertions ? [t('signed statement')] : []),
    ...(unsignedSubjects ? [t('unsigned statement')] : []),
  ]
}

/** Page of an engine: the users for whom it may act, how it must prove the user, and its limits. */
export function EnginePage({ engine: id }: { readonly engine: string }): VNode {
  const loaded = useGet<Engine>(`management/v1/engines/${encodeURIComponent(id)}`)
  return (
    <Page
      title={loaded.data?.name ?? t('Engine')}
      icon="engine"
      crumbs={[{ name: t('Engines'), to: '/engines' }]}
    >
      <Shown of={loaded}>{(engine) => <Details engine={engine} />}</Shown>
    </Page>
  )
}

const yes = (value: boolean): string => (value ? t('yes') : t('no'))

function Details({ engine }: { readonly engine: Engine }): VNode {
  return (
    <>
      <Section title={t('Users')}>
        {engine.subjects.length === 0 ? (
          <p class="muted">{t('The engine may not act for any user.')}</p>
        ) : (
          <DataTable
            label={t('Users')}
            rows={engine.subjects}
            toKey={(_rule, index) => String(index)}
            columns={[
              { heading: t('Issuer'), cell: ({ issuer }) => <code>{issuer}</code> },
              { heading: t('Users'), cell: ({ pattern }) => <code>{pattern}</code> },
              { heading: t('In one of the groups'), cell: ({ groups }) => groups.join(', ') || t('any') },
            ]}
          />
        )}
        <Facts
          of={[
            [t('Accepted proof of the user'), describeProofs(engine).join(', ')],
            [t('Creates unknown users'), yes(engine.makesPrincipals)],
            [t('May name administrators without their token'), yes(engine.namesAdministrators)],
          ]}
        />
      </Section>
      <Section title={t('Limits')}>
        <Facts
          of={[
            [t('Warehouses'), engine.warehouses?.join(', ') ?? t('all')],
            [t('Privileges'), engine.privileges?.join(', ') ?? t('all that the user has')],
            [t('Requests without a user'), engine.firstCalls],
            [t('Administrative operations'), yes(engine.administers)],
            [t('Renews storage credentials'), yes(engine.refreshes)],
            [t('Reads through views'), yes(engine.viewChains)],
            [t('Enforces restrictions'), yes(engine.enforcesRestrictions)],
            [t('Token'), t('{seconds} s', { seconds: engine.tokenSeconds })],
            [t('Session'), t('{hours} h', { hours: Math.round(engine.sessionSeconds / 360) / 10 })],
          ]}
        />
      </Section>
      <Section title={t('Identity')}>
        <Facts
          of={[
            [t('State'), engine.enabled ? t('enabled') : t('disabled')],
            [
              t('Principal'),
              <Link key="p" to={place`/principals/${engine.id}`}>
                {engine.subject}
              </Link>,
            ],
            [t('Issuer'), engine.issuer],
            [t('Changed'), <Time key="c" at={engine.updatedAt} />],
            [t('Id'), <Copyable key="id" text={engine.id} />],
          ]}
        />
      </Section>
    </>
  )
}
