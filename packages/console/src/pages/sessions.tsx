import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { ConsoleSession, ListConsoleSessionsResponse } from '../api/generated/management.ts'
import { request } from '../api/request.ts'
import { useGet } from '../api/use-get.ts'
import { Link, place } from '../router.tsx'
import { t } from '../text.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Page } from '../ui/page.tsx'
import { Time } from '../ui/small.tsx'
import { Empty, Shown } from '../ui/states.tsx'

/** Page that lists the sign-in sessions of the console, with buttons that end them. */
export function SessionsPage(): VNode {
  const loaded = useGet<ListConsoleSessionsResponse>('management/v1/console-sessions?pageSize=1000')
  const [ended, setEnded] = useState<ConsoleSession | null>(null)
  const end = async (): Promise<void> => {
    await request(`management/v1/console-sessions/${ended?.id}`, { method: 'DELETE' })
    loaded.reload()
  }
  return (
    <Page
      title={t('Sessions')}
      icon="session"
      about={t(
        'Browsers that are signed in to the console. A session ends after 8 hours without use, and after 24 hours.',
      )}
    >
      <Shown of={loaded}>
        {({ sessions }) =>
          sessions.length === 0 ? (
            <Empty title={t('No sessions')}>
              {t('The server is anonymous, so browsers need not sign in.')}
            </Empty>
          ) : (
            <DataTable
              label={t('Sessions')}
              rows={sessions}
              toKey={({ id }) => id}
              columns={[
                {
                  heading: t('Principal'),
                  cell: ({ principal: { id, name } }) => <Link to={place`/principals/${id}`}>{name}</Link>,
                },
                { heading: t('Signed in'), kind: 'fit', cell: ({ startedAt }) => <Time at={startedAt} /> },
                { heading: t('Last used'), kind: 'fit', cell: ({ lastSeenAt }) => <Time at={lastSeenAt} /> },
                { heading: t('By'), kind: 'fit', cell: ({ obtainedBy }) => obtainedBy },
                { heading: t('Address'), kind: 'fit', cell: ({ address }) => address },
                {
                  heading: t('Browser'),
                  cell: ({ userAgent }) => <span class="clip muted">{userAgent}</span>,
                },
                {
                  heading: '',
                  kind: 'fit',
                  cell: (session) => (
                    <button type="button" class="quiet danger" onClick={() => setEnded(session)}>
                      {t('End')}
                      <span class="hidden"> {t('session of {name}', { name: session.principal.name })}</span>
                    </button>
                  ),
                },
              ]}
            />
          )
        }
      </Shown>
      {ended !== null && (
        <Dialog
          title={t('End the session of {name}?', { name: ended.principal.name })}
          confirm={t('End session')}
          tone="bad"
          onClose={() => setEnded(null)}
          onConfirm={end}
        >
          <p>{t('The browser must sign in again.')}</p>
        </Dialog>
      )}
    </Page>
  )
}
