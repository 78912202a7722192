import type { VNode } from 'preact'
import type { Job, ListJobsResponse } from '../api/generated/management.ts'
import { nextPageToken, usePages } from '../api/use-pages.ts'
import { t } from '../text.ts'
import { Page } from '../ui/page.tsx'
import { Rows } from '../ui/rows.tsx'
import { Badge, Time } from '../ui/small.tsx'
import { Empty } from '../ui/states.tsx'

const tones: Readonly<Record<string, 'good' | 'bad' | 'warn' | 'plain'>> = {
  running: 'good',
  waiting: 'warn',
}

/** Lists the background jobs of the server. */
export function JobsPage(): VNode {
  const rows = usePages<Job, ListJobsResponse>('management/v1/jobs', ({ jobs }) => jobs, nextPageToken)
  return (
    <Page
      title={t('Jobs')}
      icon="engine"
      about={t('Background work, such as the deletion of the files of dropped tables.')}
    >
      <Rows
        rows={rows}
        label={t('Jobs')}
        toKey={({ id }) => id}
        empty={<Empty title={t('No jobs')}>{t('The server has no background work.')}</Empty>}
      >
        {({ kind, state, createdAt, lastError, attempts }) => (
          <>
            <Badge tone={tones[state] ?? 'plain'}>{state}</Badge>
            <span class="strong">{kind}</span>
            <span class="muted">
              <Time at={createdAt} />
            </span>
            {attempts > 1 && <span class="muted">{t('{count} attempts', { count: attempts })}</span>}
            {lastError !== null && (
              <span class="muted row-end clip" title={lastError}>
                {lastError}
              </span>
            )}
          </>
        )}
      </Rows>
    </Page>
  )
}
