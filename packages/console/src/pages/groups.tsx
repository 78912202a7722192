import type { VNode } from 'preact'
import type { Group, ListGroupsResponse } from '../api/generated/management.ts'
import { nextPageToken, usePages } from '../api/use-pages.ts'
import { formatNumber, t } from '../text.ts'
import { Icon } from '../ui/icons.tsx'
import { Page } from '../ui/page.tsx'
import { Rows } from '../ui/rows.tsx'
import { Badge } from '../ui/small.tsx'
import { Empty } from '../ui/states.tsx'

/** Lists the groups of identity providers. */
export function GroupsPage(): VNode {
  const rows = usePages<Group, ListGroupsResponse>(
    'management/v1/groups',
    ({ groups }) => groups,
    nextPageToken,
  )
  return (
    <Page
      title={t('Groups')}
      icon="role"
      about={t('Groups of identity providers. Tokens state the groups of a user, and grants can name them.')}
    >
      <Rows
        rows={rows}
        label={t('Groups')}
        toKey={({ id }) => id}
        empty={
          <Empty title={t('No groups yet')}>
            {t('A group appears when the token of a user contains it, or when it receives a grant.')}
          </Empty>
        }
      >
        {({ name, issuer, members, issuerConfigured }) => (
          <>
            <Icon name="role" />
            <span class="strong">{name}</span>
            <span class="muted">
              {members === 1 ? t('1 member') : t('{count} members', { count: formatNumber(members) })}
            </span>
            {!issuerConfigured && <Badge tone="warn">{t('issuer not configured')}</Badge>}
            <span class="muted row-end clip">{issuer}</span>
          </>
        )}
      </Rows>
    </Page>
  )
}
