import type { VNode } from 'preact'
import { parseNamespace, toObjectPlace } from '../api/catalog.ts'
import type { Namespace } from '../api/generated/management.ts'
import { useGet } from '../api/use-get.ts'
import { t } from '../text.ts'
import { type Crumb, Page } from '../ui/page.tsx'
import { Copyable, Facts, Properties, Section } from '../ui/small.tsx'
import { Shown } from '../ui/states.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { AccessTab } from './access-tab.tsx'
import { HistoryTab } from './history-tab.tsx'
import { NamespaceList } from './namespace-list.tsx'
import { RelationList } from './relation-list.tsx'

/** Returns the breadcrumbs of an object: the list of warehouses, its warehouse, and its namespaces. */
export function toCrumbs(warehouse: string, namespace: readonly string[]): readonly Crumb[] {
  return [
    { name: t('Warehouses'), to: '/' },
    { name: warehouse, to: toObjectPlace(warehouse) },
    ...namespace.map((name, index) => ({
      name,
      to: toObjectPlace(warehouse, namespace.slice(0, index + 1)),
    })),
  ]
}

interface NamespaceProps {
  readonly warehouse: string
  /** Levels of the namespace, joined by U+001F as in the URL. */
  readonly namespace: string
}

/** Page of a namespace: its tables, views and child namespaces, its properties and its grants. */
export function NamespacePage({ warehouse, namespace: text }: NamespaceProps): VNode {
  const namespace = parseNamespace(text)
  const on = { warehouse, namespace }
  return (
    <Page
      title={namespace.at(-1) ?? ''}
      icon="namespace"
      crumbs={toCrumbs(warehouse, namespace.slice(0, -1))}
    >
      <Tabs
        tabs={[
          { name: 'tables', label: t('Tables'), show: () => <RelationList {...on} kind="tables" key="t" /> },
          { name: 'views', label: t('Views'), show: () => <RelationList {...on} kind="views" key="v" /> },
          {
            name: 'namespaces',
            label: t('Namespaces'),
            show: () => <NamespaceList warehouse={warehouse} parent={namespace} />,
          },
          { name: 'properties', label: t('Properties'), show: () => <Details {...on} /> },
          { name: 'access', label: t('Access'), show: () => <AccessTab on={on} /> },
          { name: 'history', label: t('History'), show: () => <HistoryTab filter={on} /> },
        ]}
      />
    </Page>
  )
}

function Details({
  warehouse,
  namespace,
}: {
  readonly warehouse: string
  readonly namespace: readonly string[]
}): VNode {
  const query = namespace.map((part) => `namespace=${encodeURIComponent(part)}`).join('&')
  const path = `management/v1/warehouses/${encodeURIComponent(warehouse)}/namespace?${query}`
  return (
    <Shown of={useGet<Namespace>(path)}>
      {({ properties, owner, id, protected: isProtected }) => (
        <>
          <Section title={t('Properties')}>
            <Properties of={properties} />
          </Section>
          <Section title={t('Namespace')}>
            <Facts
              of={[
                [t('Owner'), owner ?? t('deleted principal')],
                [t('Protected against drops'), isProtected ? t('yes') : t('no')],
                [t('Id'), <Copyable key="id" text={id} />],
              ]}
            />
          </Section>
        </>
      )}
    </Shown>
  )
}
