import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { toObjectPlace } from '../api/catalog.ts'
import type { ListStorageAccessResponse, StorageAccess } from '../api/generated/management.ts'
import { request } from '../api/request.ts'
import { useGet } from '../api/use-get.ts'
import { Link, navigate, place, usePlace } from '../router.tsx'
import { t } from '../text.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Page } from '../ui/page.tsx'
import { Badge, Time } from '../ui/small.tsx'
import { Empty, Shown } from '../ui/states.tsx'
import { TextField } from '../ui/text-field.tsx'
import { nameObject } from './securable.ts'

/** Page that lists the issued storage credentials: their holders, their tables, and their expiry. */
export function CredentialsPage(): VNode {
  const { query } = usePlace()
  return (
    <Page
      title={t('Storage credentials')}
      icon="key"
      about={t('Who holds access to which files, since when, and until when.')}
    >
      <FilterForm key={query.toString()} query={query} />
      <CredentialList query={query.toString()} />
    </Page>
  )
}

function FilterForm({ query }: { readonly query: URLSearchParams }): VNode {
  const [principal, setPrincipal] = useState(query.get('principal') ?? '')
  const [engine, setEngine] = useState(query.get('engine') ?? '')
  const submit = (event: Event): void => {
    event.preventDefault()
    const chosen = Object.entries({ principal, engine }).filter(([, value]) => value !== '')
    navigate(`/credentials?${new URLSearchParams(chosen)}`)
  }
  return (
    <form class="filters" onSubmit={submit}>
      <TextField
        label={t('Principal')}
        value={principal}
        placeholder={t('name or id')}
        onInput={setPrincipal}
      />
      <TextField label={t('Engine')} value={engine} placeholder={t('name or id')} onInput={setEngine} />
      <button type="submit">{t('Filter')}</button>
    </form>
  )
}

/** Lists storage credentials that have not expired, with buttons that revoke them. */
export function CredentialList({ query }: { readonly query: string }): VNode {
  const loaded = useGet<ListStorageAccessResponse>(`management/v1/storage-access?pageSize=500&${query}`)
  const [revoked, setRevoked] = useState<StorageAccess | null>(null)
  return (
    <>
      <Shown of={loaded}>
        {({ access, completeUntil, gaps, nextPageToken }) => (
          <>
            {access.length === 0 ? (
              <Empty title={t('No storage credentials')}>{t('None is valid or renewable now.')}</Empty>
            ) : (
              <CredentialTable access={access} onRevoke={setRevoked} />
            )}
            <p class="rows-end muted">
              {nextPageToken !== null && t('The first 500 are shown. Filter for the others. ')}
              {t('Complete until')} <Time at={completeUntil} />
              {gaps.length > 0 && t(', except {count} gaps after killed processes', { count: gaps.length })}.
            </p>
          </>
        )}
      </Shown>
      {revoked !== null && (
        <RevokeDialog of={revoked} onClose={() => setRevoked(null)} onDone={loaded.reload} />
      )}
    </>
  )
}

interface CredentialTableProps {
  readonly access: readonly StorageAccess[]
  readonly onRevoke: (access: StorageAccess) => void
}

function CredentialTable({ access, onRevoke }: CredentialTableProps): VNode {
  return (
    <DataTable
      label={t('Storage credentials')}
      rows={access}
      toKey={({ id, tableId }) => `${id} ${tableId}`}
      columns={[
        {
          heading: t('Principal'),
          cell: ({ principal: { id, name } }) => <Link to={place`/principals/${id}`}>{name ?? id}</Link>,
        },
        { heading: t('Engine'), cell: ({ engine }) => engine?.name ?? '' },
        {
          heading: t('Table'),
          cell: ({ table }) => {
            if (table === null || table === 'server') return <span class="muted">{t('dropped table')}</span>
            const { warehouse, namespace, relation: name = '' } = table
            return (
              <Link to={toObjectPlace(warehouse, namespace, { kind: 'table', name })}>
                {nameObject(table)}
              </Link>
            )
          },
        },
        { heading: t('Right'), kind: 'fit', cell: ({ access: right }) => <Badge>{right}</Badge> },
        { heading: t('Mode'), kind: 'fit', cell: ({ mode }) => mode },
        {
          heading: t('State'),
          kind: 'fit',
          cell: ({ state }) => <Badge tone={state === 'active' ? 'good' : 'warn'}>{state}</Badge>,
        },
        { heading: t('Ends'), kind: 'fit', cell: ({ endsAt }) => <Time at={endsAt} /> },
        {
          heading: t('Renewable until'),
          kind: 'fit',
          cell: ({ renewableUntil }) => (renewableUntil === null ? '' : <Time at={renewableUntil} />),
        },
        {
          heading: t('Last used'),
          kind: 'fit',
          cell: ({ lastUsedAt }) => (lastUsedAt === null ? '' : <Time at={lastUsedAt} />),
        },
        { heading: t('Key id'), cell: ({ keyId }) => <code class="clip">{keyId}</code> },
        {
          heading: '',
          kind: 'fit',
          cell: (each) =>
            each.state === 'active' && (
              <button type="button" class="quiet danger" onClick={() => onRevoke(each)}>
                {t('Revoke')}
                <span class="hidden"> {each.principal.name}</span>
              </button>
            ),
        },
      ]}
    />
  )
}

type Scope = 'principal' | 'engine' | 'table'

interface RevokeProps {
  readonly of: StorageAccess
  readonly onClose: () => void
  readonly onDone: () => void
}

function RevokeDialog({ of: { principal, engine, table, mode }, onClose, onDone }: RevokeProps): VNode {
  const [scope, setScope] = useState<Scope>('principal')
  const revoke = async (): Promise<void> => {
    if (scope === 'table' && table !== null && table !== 'server') {
      const { warehouse, namespace, relation } = table
      const path = `management/v1/warehouses/${encodeURIComponent(warehouse)}/revoke-access`
      await request(path, { method: 'POST', body: { namespace, table: relation } })
    } else {
      const body = scope === 'engine' ? { engine: engine?.id } : { principal: principal.id }
      await request('management/v1/storage-access/revoke', { method: 'POST', body })
    }
    onDone()
  }
  const choices: readonly (readonly [Scope, string])[] = [
    ['principal', t('all credentials of {name}', { name: principal.name ?? principal.id })],
    ...(engine === null
      ? []
      : [['engine', t('all credentials that {name} received', { name: engine.name ?? engine.id })] as const]),
    ...(table === null
      ? []
      : [['table', t('all credentials for {name}', { name: nameObject(table) })] as const]),
  ]
  return (
    <Dialog
      title={t('Revoke storage credentials')}
      confirm={t('Revoke')}
      tone="bad"
      onClose={onClose}
      onConfirm={revoke}
    >
      <fieldset class="choices">
        <legend>{t('Which credentials')}</legend>
        {choices.map(([name, label]) => (
          <label key={name}>
            <input type="radio" name="scope" checked={scope === name} onChange={() => setScope(name)} />
            {label}
          </label>
        ))}
      </fieldset>
      <p class="muted">
        {mode === 'gateway'
          ? t('The storage gateway refuses them within 30 seconds, and they cannot be renewed.')
          : t('They cannot be renewed. The object store accepts them until they expire.')}{' '}
        {t('Grants do not change: the principal can get new credentials if it still has access.')}
      </p>
    </Dialog>
  )
}
