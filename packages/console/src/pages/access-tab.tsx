import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type {
  Grant,
  Holder,
  ListGrantsResponse,
  SecurableName,
  WhoCanResponse,
} from '../api/generated/management.ts'
import { request } from '../api/request.ts'
import { invalidate, useGet } from '../api/use-get.ts'
import { nextPageToken, usePages } from '../api/use-pages.ts'
import { Link, place } from '../router.tsx'
import { t } from '../text.ts'
import { Restricted } from './restricted.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icons.tsx'
import { Rows } from '../ui/rows.tsx'
import { Badge, Section, Time } from '../ui/small.tsx'
import { Empty, Shown } from '../ui/states.tsx'
import { GrantEffectNote } from './grant-effect.tsx'
import { GrantDialog } from './grant-dialog.tsx'
import { nameGrantee, nameObject, privileges, toGranteePlace, toQuery } from './securable.ts'

/** Tab that shows the grants on an object, and all principals that hold a privilege on it. */
export function AccessTab({ on }: { readonly on: SecurableName }): VNode {
  const path = `management/v1/grants?${toQuery(on)}&pageSize=1000`
  const loaded = useGet<ListGrantsResponse>(path)
  const [isGranting, setGranting] = useState(false)
  return (
    <>
      <Section
        title={t('Grants on {name}', { name: nameObject(on) })}
        actions={
          <button type="button" class="primary small" onClick={() => setGranting(true)}>
            {t('Grant')}
          </button>
        }
      >
        <Shown of={loaded}>{({ grants }) => <GrantTable grants={grants} on={on} />}</Shown>
      </Section>
      <WhoCan key={listHolders(loaded.data?.grants)} on={on} />
      {isGranting && <GrantDialog on={on} onClose={() => setGranting(false)} />}
    </>
  )
}

/**
 * Returns a text that differs for different lists of grants. It is the key that makes a component load again after a
 * change of grants.
 */
function listHolders(grants: readonly Grant[] = []): string {
  return grants.map(({ to, privilege }) => `${to.id} ${privilege}`).join()
}

function GrantTable({
  grants,
  on,
}: {
  readonly grants: readonly Grant[]
  readonly on: SecurableName
}): VNode {
  const [revoked, setRevoked] = useState<Grant | null>(null)
  if (grants.length === 0)
    return (
      <Empty title={t('No grants on this object itself')}>
        {t('Grants on the objects above it apply here too: see below who has access.')}
      </Empty>
    )
  return (
    <>
      <DataTable
        label={t('Grants')}
        rows={grants}
        toKey={({ to, privilege }) => `${to.id} ${privilege}`}
        columns={[
          { heading: t('To'), cell: ({ to }) => <GranteeLink of={to} /> },
          {
            heading: t('Privilege'),
            kind: 'fit',
            cell: ({ privilege, restriction = null }) => (
              <>
                <Badge>{privilege}</Badge> <Restricted to={restriction} />
              </>
            ),
          },
          { heading: t('Since'), kind: 'fit', cell: ({ grantedAt }) => <Time at={grantedAt} /> },
          {
            heading: '',
            kind: 'fit',
            cell: (grant) => (
              <button type="button" class="quiet danger" onClick={() => setRevoked(grant)}>
                {t('Revoke')}
                <span class="hidden"> {`${grant.privilege} ${nameGrantee(grant.to)}`}</span>
              </button>
            ),
          },
        ]}
      />
      {revoked !== null && <RevokeDialog grant={revoked} on={on} onClose={() => setRevoked(null)} />}
    </>
  )
}

function GranteeLink({ of }: { readonly of: Grant['to'] }): VNode {
  const to = toGranteePlace(of)
  const icon = of.kind === 'principal' ? 'principal' : 'role'
  return (
    <span class="with-icon">
      <Icon name={icon} />
      {to === null ? nameGrantee(of) : <Link to={to}>{nameGrantee(of)}</Link>}
      {of.kind !== 'principal' && <span class="muted">{of.kind === 'role' ? t('role') : t('group')}</span>}
    </span>
  )
}

interface RevokeProps {
  readonly grant: Grant
  readonly on: SecurableName
  readonly onClose: () => void
}

function RevokeDialog({ grant: { privilege, to }, on, onClose }: RevokeProps): VNode {
  const revoke = async (): Promise<void> => {
    const body = { privilege, on, to: { [to.kind]: to.id } }
    await request('management/v1/grants/revoke', { method: 'POST', body })
    invalidate('management/v1/grants')
    invalidate('management/v1/access')
  }
  return (
    <Dialog
      title={t('Revoke {privilege}?', { privilege })}
      confirm={t('Revoke')}
      tone="bad"
      onClose={onClose}
      onConfirm={revoke}
    >
      <p>
        {t('{name} loses {privilege} on {object}, unless another grant, a role or ownership gives it.', {
          name: nameGrantee(to),
          privilege,
          object: nameObject(on),
        })}
      </p>
      <GrantEffectNote action="revoke" privilege={privilege} on={on} to={{ [to.kind]: to.id }} />
    </Dialog>
  )
}

/** Lists the principals that hold a selected privilege on an object, by a grant, a role, a group or ownership. */
function WhoCan({ on }: { readonly on: SecurableName }): VNode {
  const [privilege, setPrivilege] = useState('select')
  const path = `management/v1/access/who-can?privilege=${privilege}&${toQuery(on)}`
  return (
    <Section
      title={t('Who has access')}
      actions={
        <label class="inline">
          {t('Privilege')}{' '}
          <select value={privilege} onChange={(event) => setPrivilege(event.currentTarget.value)}>
            {privileges.map(([name]) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      }
    >
      <Holders path={path} privilege={privilege} on={on} />
    </Section>
  )
}

function Holders({
  path,
  privilege,
  on,
}: {
  readonly path: string
  readonly privilege: string
  readonly on: SecurableName
}): VNode {
  const rows = usePages<Holder, WhoCanResponse>(path, ({ principals }) => principals, nextPageToken)
  const toExplanation = (principal: string): string =>
    `${place`/explain?principal=${principal}&privilege=${privilege}&`}${toQuery(on)}`
  return (
    <Rows
      rows={rows}
      label={t('Principals with access')}
      toKey={({ id }) => id}
      empty={<Empty title={t('No principal has this privilege')} />}
    >
      {({ id, name, kind }) => (
        <>
          <Icon name="principal" />
          <Link to={place`/principals/${id}`}>{name}</Link>
          <span class="muted">{kind}</span>
          <Link class="row-end" to={toExplanation(id)}>
            {t('Why?')}
          </Link>
        </>
      )}
    </Rows>
  )
}
