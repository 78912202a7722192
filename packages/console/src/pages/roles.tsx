import type { VNode } from 'preact'
import type { ListRoleMembersResponse, ListRolesResponse, Role } from '../api/generated/management.ts'
import { useGet } from '../api/use-get.ts'
import { nextPageToken, usePages } from '../api/use-pages.ts'
import { Link, place } from '../router.tsx'
import { t } from '../text.ts'
import { Icon } from '../ui/icons.tsx'
import { Page } from '../ui/page.tsx'
import { Rows } from '../ui/rows.tsx'
import { Badge } from '../ui/small.tsx'
import { Empty, Shown } from '../ui/states.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { GrantedTo } from './principal.tsx'
import { nameGrantee, toGranteePlace } from './securable.ts'

/** Page that lists the roles of the server. */
export function RolesPage(): VNode {
  const rows = usePages<Role, ListRolesResponse>('management/v1/roles', ({ roles }) => roles, nextPageToken)
  return (
    <Page
      title={t('Roles')}
      about={t('A role is a set of principals, groups and roles that receives grants.')}
    >
      <Rows
        rows={rows}
        label={t('Roles')}
        toKey={({ id }) => id}
        empty={<Empty title={t('No roles yet')}>{t('Create one with "headgate role create".')}</Empty>}
      >
        {({ id, name, system }) => (
          <>
            <Icon name="role" />
            <Link to={place`/roles/${id}`}>{name}</Link>
            {system && <Badge>{t('built in')}</Badge>}
          </>
        )}
      </Rows>
    </Page>
  )
}

/** Page of a role: its members and grants. */
export function RolePage({ role: id }: { readonly role: string }): VNode {
  const path = `management/v1/roles/${encodeURIComponent(id)}`
  const loaded = useGet<Role>(path)
  return (
    <Page title={loaded.data?.name ?? t('Role')} icon="role" crumbs={[{ name: t('Roles'), to: '/roles' }]}>
      <Shown of={loaded}>
        {() => (
          <Tabs
            tabs={[
              { name: 'members', label: t('Members'), show: () => <Members path={path} /> },
              {
                name: 'grants',
                label: t('Grants'),
                show: () => <GrantedTo query={`role=${encodeURIComponent(id)}`} />,
              },
            ]}
          />
        )}
      </Shown>
    </Page>
  )
}

function Members({ path }: { readonly path: string }): VNode {
  const rows = usePages<ListRoleMembersResponse['members'][number], ListRoleMembersResponse>(
    `${path}/members`,
    ({ members }) => members,
    nextPageToken,
  )
  return (
    <Rows
      rows={rows}
      label={t('Members')}
      toKey={({ id }) => id}
      empty={<Empty title={t('The role has no members')} />}
    >
      {(member) => {
        const to = toGranteePlace(member)
        return (
          <>
            <Icon name={member.kind === 'principal' ? 'principal' : 'role'} />
            {to === null ? nameGrantee(member) : <Link to={to}>{nameGrantee(member)}</Link>}
            <span class="muted">{member.kind}</span>
          </>
        )
      }}
    </Rows>
  )
}
