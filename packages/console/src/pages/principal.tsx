import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type {
  GetPrincipalResponse,
  ListAccessKeysResponse,
  ListGrantsResponse,
  Principal,
} from '../api/generated/management.ts'
import { request } from '../api/request.ts'
import { invalidate, useGet } from '../api/use-get.ts'
import { Link } from '../router.tsx'
import { t } from '../text.ts'
import { Restricted } from './restricted.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Page } from '../ui/page.tsx'
import { Badge, Copyable, Facts, Section, Time } from '../ui/small.tsx'
import { Empty, Shown } from '../ui/states.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { CredentialList } from './credentials.tsx'
import { EventList } from './event-list.tsx'
import { nameObject, toSecurablePlace } from './securable.ts'

/** Page of a principal: its rights, its credentials and its requests. */
export function PrincipalPage({ principal: id }: { readonly principal: string }): VNode {
  const path = `management/v1/principals/${encodeURIComponent(id)}`
  const loaded = useGet<GetPrincipalResponse>(path)
  const principal = loaded.data?.principal
  return (
    <Page
      title={principal?.name ?? t('Principal')}
      icon="principal"
      crumbs={[{ name: t('Principals'), to: '/principals' }]}
      actions={principal !== undefined && <Actions principal={principal} path={path} />}
    >
      <Shown of={loaded}>
        {({ principal: shown, secrets }) => (
          <Tabs
            tabs={[
              {
                name: 'grants',
                label: t('Grants'),
                show: () => <GrantedTo query={`principal=${shown.id}`} />,
              },
              {
                name: 'identity',
                label: t('Identity'),
                show: () => <Identity principal={shown} secrets={secrets} path={path} />,
              },
              {
                name: 'credentials',
                label: t('Storage credentials'),
                show: () => <CredentialList query={`principal=${shown.id}`} />,
              },
              {
                name: 'history',
                label: t('Requests'),
                show: () => <EventList query={`principal=${shown.id}`} />,
              },
            ]}
          />
        )}
      </Shown>
    </Page>
  )
}

/** Lists the grants to a principal or role. */
export function GrantedTo({ query }: { readonly query: string }): VNode {
  const loaded = useGet<ListGrantsResponse>(`management/v1/grants?${query}&pageSize=1000`)
  return (
    <Shown of={loaded}>
      {({ grants }) =>
        grants.length === 0 ? (
          <Empty title={t('No grants')}>{t('Roles, groups and ownership can give rights, too.')}</Empty>
        ) : (
          <DataTable
            label={t('Grants')}
            rows={grants}
            toKey={({ privilege }, index) => `${privilege} ${index}`}
            columns={[
              {
                heading: t('Privilege'),
                kind: 'fit',
                cell: ({ privilege, restriction = null }) => (
                  <>
                    <Badge>{privilege}</Badge> <Restricted to={restriction} />
                  </>
                ),
              },
              {
                heading: t('On'),
                cell: ({ on }) => {
                  if (on === null) return <span class="muted">{t('dropped object')}</span>
                  const to = toSecurablePlace(on)
                  return to === null ? nameObject(on) : <Link to={to}>{nameObject(on)}</Link>
                },
              },
              { heading: t('Since'), kind: 'fit', cell: ({ grantedAt }) => <Time at={grantedAt} /> },
            ]}
          />
        )
      }
    </Shown>
  )
}

function Actions({ principal, path }: { readonly principal: Principal; readonly path: string }): VNode {
  const [asked, setAsked] = useState<'disable' | 'enable' | 'stop-sessions' | null>(null)
  const act = async (): Promise<void> => {
    await request(`${path}/${asked}`, { method: 'POST' })
    invalidate('management/v1/principals')
  }
  const { name } = principal
  const texts = {
    disable: [
      t('Disable {name}?', { name }),
      t('Disable'),
      t('Its tokens, sessions and storage credentials of the gateway stop working at once.'),
    ],
    enable: [t('Enable {name}?', { name }), t('Enable'), t('It can authenticate again.')],
    'stop-sessions': [
      t('End all sessions of {name}?', { name }),
      t('End sessions'),
      t('All its tokens and sessions end. It can sign in again.'),
    ],
  } as const
  const [title = '', confirm = '', text = ''] = asked === null ? [] : texts[asked]
  return (
    <>
      <button type="button" onClick={() => setAsked('stop-sessions')}>
        {t('End sessions')}
      </button>
      <button type="button" onClick={() => setAsked(principal.enabled ? 'disable' : 'enable')}>
        {principal.enabled ? t('Disable') : t('Enable')}
      </button>
      {asked !== null && (
        <Dialog
          title={title}
          confirm={confirm}
          {...(asked === 'enable' ? {} : { tone: 'bad' as const })}
          onClose={() => setAsked(null)}
          onConfirm={act}
        >
          <p>{text}</p>
        </Dialog>
      )}
    </>
  )
}

interface IdentityProps {
  readonly principal: Principal
  readonly secrets: GetPrincipalResponse['secrets']
  readonly path: string
}

function Identity({ principal, secrets, path }: IdentityProps): VNode {
  const keys = useGet<ListAccessKeysResponse>(`${path}/access-keys`).data?.accessKeys ?? []
  const { id, issuer, subject, kind, enabled, createdAt } = principal
  return (
    <>
      <Section title={t('Identity')}>
        <Facts
          of={[
            [
              t('State'),
              enabled ? (
                <Badge key="s" tone="good">
                  {t('enabled')}
                </Badge>
              ) : (
                <Badge key="s" tone="bad">
                  {t('disabled')}
                </Badge>
              ),
            ],
            [t('Kind'), kind],
            [t('Issuer'), issuer === 'headgate' ? t('this server') : <code key="i">{issuer}</code>],
            [t('Subject'), <Copyable key="subject" text={subject} />],
            [t('Id'), <Copyable key="id" text={id} />],
            [t('Created'), <Time key="c" at={createdAt} />],
          ]}
        />
      </Section>
      <Section title={t('Credentials')}>
        {secrets.length + keys.length === 0 && (
          <p class="muted">
            {t('No client secret and no access key. The principal signs in at its issuer.')}
          </p>
        )}
        <ul class="lines">
          {secrets.map(({ createdAt: at }) => (
            <li key={at}>
              {t('Client secret, created')} <Time at={at} />
            </li>
          ))}
          {keys.map(({ accessKeyId, createdAt: at }) => (
            <li key={accessKeyId}>
              {t('Access key')} <code>{accessKeyId}</code>, {t('created')} <Time at={at} />
            </li>
          ))}
        </ul>
      </Section>
    </>
  )
}
