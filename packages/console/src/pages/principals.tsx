import type { VNode } from 'preact'
import type { ListPrincipalsResponse, Principal } from '../api/generated/management.ts'
import { nextPageToken, usePages } from '../api/use-pages.ts'
import { Link, place } from '../router.tsx'
import { t } from '../text.ts'
import { Icon } from '../ui/icons.tsx'
import { Page } from '../ui/page.tsx'
import { Rows } from '../ui/rows.tsx'
import { Badge } from '../ui/small.tsx'
import { Empty } from '../ui/states.tsx'

/** Page that lists the principals: the users and services that the server knows. */
export function PrincipalsPage(): VNode {
  const rows = usePages<Principal, ListPrincipalsResponse>(
    'management/v1/principals',
    ({ principals }) => principals,
    nextPageToken,
  )
  return (
    <Page title={t('Principals')} about={t('Users and services, of this server and of other issuers.')}>
      <Rows
        rows={rows}
        label={t('Principals')}
        toKey={({ id }) => id}
        empty={<Empty title={t('No principals yet')} />}
      >
        {({ id, name, kind, issuer, enabled }) => (
          <>
            <Icon name="principal" />
            <Link to={place`/principals/${id}`}>{name}</Link>
            <span class="muted">{kind}</span>
            {!enabled && <Badge tone="bad">{t('disabled')}</Badge>}
            <span class="muted row-end clip">{issuer === 'headgate' ? t('this server') : issuer}</span>
          </>
        )}
      </Rows>
    </Page>
  )
}
