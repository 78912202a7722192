import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { Warehouse, WarehouseCheck } from '../api/generated/management.ts'
import type { Json } from '../api/json.ts'
import { request, toError } from '../api/request.ts'
import { useGet } from '../api/use-get.ts'
import { t } from '../text.ts'
import { Page } from '../ui/page.tsx'
import { Badge, Copyable, Facts, Properties, Section, Time } from '../ui/small.tsx'
import { ErrorNote, Shown } from '../ui/states.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { AccessTab } from './access-tab.tsx'
import { describeStorage, toText } from './describe-storage.ts'
import { DroppedTab } from './dropped-tab.tsx'
import { HistoryTab } from './history-tab.tsx'
import { NamespaceList } from './namespace-list.tsx'

/** Page of a warehouse: its namespaces, storage, grants and dropped tables. */
export function WarehousePage({ warehouse }: { readonly warehouse: string }): VNode {
  const path = `management/v1/warehouses/${encodeURIComponent(warehouse)}`
  return (
    <Page title={warehouse} icon="warehouse" crumbs={[{ name: t('Warehouses'), to: '/' }]}>
      <Tabs
        tabs={[
          {
            name: 'namespaces',
            label: t('Namespaces'),
            show: () => <NamespaceList warehouse={warehouse} parent={[]} />,
          },
          { name: 'storage', label: t('Storage'), show: () => <StorageTab path={path} /> },
          { name: 'access', label: t('Access'), show: () => <AccessTab on={{ warehouse }} /> },
          { name: 'history', label: t('History'), show: () => <HistoryTab filter={{ warehouse }} /> },
          { name: 'dropped', label: t('Dropped'), show: () => <DroppedTab warehouse={warehouse} /> },
        ]}
      />
    </Page>
  )
}

function StorageTab({ path }: { readonly path: string }): VNode {
  const loaded = useGet<Warehouse>(path)
  return <Shown of={loaded}>{(warehouse) => <Storage warehouse={warehouse} path={path} />}</Shown>
}

function Storage({ warehouse, path }: { readonly warehouse: Warehouse; readonly path: string }): VNode {
  const { storage, vending, kind, owner, id, createdAt, updatedAt, retentionSeconds } = warehouse
  const { mode, ...options } = vending
  return (
    <>
      <Section title={t('Location')}>
        <Facts
          of={[
            [t('Kind'), kind === 'upstream' ? t('upstream: forwards to another catalog') : t('managed')],
            [t('Location'), <Copyable key="location" text={describeStorage(warehouse)} />],
            ...toFacts(storage, ['root', 'prefix']),
            [t('Further allowed locations'), warehouse.allowedLocations.join(', ')],
            [t('Keys of the storage'), warehouse.hasSecret ? t('stored, encrypted') : undefined],
          ]}
        />
      </Section>
      <Section title={t('Storage credentials of clients')}>
        <Facts of={[[t('Mode'), toText(mode)], ...toFacts(options, [])]} />
        <CheckButton path={path} />
      </Section>
      <Section title={t('Warehouse')}>
        <Facts
          of={[
            [t('Owner'), owner ?? t('deleted principal')],
            [t('Dropped tables are kept'), t('{days} days', { days: Math.round(retentionSeconds / 86_400) })],
            [t('Protected against deletion'), warehouse.protected ? t('yes') : t('no')],
            [t('Created'), <Time key="created" at={createdAt} />],
            [t('Changed'), <Time key="changed" at={updatedAt} />],
            [t('Id'), <Copyable key="id" text={id} />],
          ]}
        />
      </Section>
      <Section title={t('Settings that clients receive')}>
        <Properties of={{ ...warehouse.defaults, ...warehouse.overrides }} />
      </Section>
    </>
  )
}

function toFacts(
  values: Readonly<Record<string, Json>>,
  hidden: readonly string[],
): readonly (readonly [string, string])[] {
  return Object.entries(values)
    .filter(([name, value]) => !hidden.includes(name) && value !== null && value !== undefined)
    .map(([name, value]) => [name, toText(value)])
}

function CheckButton({ path }: { readonly path: string }): VNode {
  const [state, setState] = useState<'idle' | 'running' | WarehouseCheck | Error>('idle')
  const check = (): void => {
    setState('running')
    request<WarehouseCheck>(`${path}/check`, { method: 'POST', body: {} }).then(setState, (error: unknown) =>
      setState(toError(error)),
    )
  }
  return (
    <div class="stack">
      <button type="button" onClick={check} disabled={state === 'running'}>
        {state === 'running' ? t('Checking…') : t('Check storage and credentials')}
      </button>
      {state instanceof Error && <ErrorNote error={state} />}
      {typeof state === 'object' && !(state instanceof Error) && (
        <ul class="findings" role="status">
          {state.findings.map(({ name, ok, message }) => (
            <li key={name}>
              <Badge tone={ok ? 'good' : 'bad'}>{ok ? t('ok') : t('fails')}</Badge> <strong>{name}</strong>{' '}
              <span class="muted">{message}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
