import type { VNode } from 'preact'
import { parseNamespace, useCatalog, type ViewMetadata } from '../api/catalog.ts'
import { useGet } from '../api/use-get.ts'
import { t } from '../text.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Page } from '../ui/page.tsx'
import { Copyable, Facts, Properties, Section, Time } from '../ui/small.tsx'
import { Shown } from '../ui/states.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { AccessTab } from './access-tab.tsx'
import { HistoryTab } from './history-tab.tsx'
import { toCrumbs } from './namespace.tsx'
import { SchemaTable } from './schema-table.tsx'

interface ViewProps {
  readonly warehouse: string
  /** Levels of the namespace, joined by U+001F as in the URL. */
  readonly namespace: string
  readonly view: string
}

/** Page of an Iceberg view. */
export function ViewPage({ warehouse, namespace: text, view }: ViewProps): VNode {
  const namespace = parseNamespace(text)
  const { data: paths } = useCatalog(warehouse)
  const loaded = useGet<{ readonly metadata: ViewMetadata }>(
    paths?.relation(namespace, 'views', view) ?? null,
  )
  const on = { warehouse, namespace, relation: view }
  const shown = (show: (metadata: ViewMetadata) => VNode) => (): VNode => (
    <Shown of={loaded}>{({ metadata }) => show(metadata)}</Shown>
  )
  return (
    <Page title={view} icon="view" crumbs={toCrumbs(warehouse, namespace)}>
      <Tabs
        tabs={[
          { name: 'sql', label: t('SQL'), show: shown((metadata) => <Sql metadata={metadata} />) },
          {
            name: 'schema',
            label: t('Schema'),
            show: shown((metadata) => (
              <SchemaTable
                schema={metadata.schemas.find(
                  (schema) => schema['schema-id'] === findCurrent(metadata)?.['schema-id'],
                )}
              />
            )),
          },
          {
            name: 'versions',
            label: t('Versions'),
            count: loaded.data?.metadata.versions.length,
            show: shown((metadata) => <Versions metadata={metadata} />),
          },
          {
            name: 'properties',
            label: t('Properties'),
            show: shown(({ properties = {}, location, ...metadata }) => (
              <>
                <Section title={t('Properties')}>
                  <Properties of={properties} />
                </Section>
                <Section title={t('View')}>
                  <Facts
                    of={[
                      [t('Location'), <Copyable key="location" text={location} />],
                      [t('View UUID'), <Copyable key="uuid" text={metadata['view-uuid']} />],
                    ]}
                  />
                </Section>
              </>
            )),
          },
          { name: 'access', label: t('Access'), show: () => <AccessTab on={on} /> },
          { name: 'history', label: t('History'), show: () => <HistoryTab filter={on} /> },
        ]}
      />
    </Page>
  )
}

function findCurrent(metadata: ViewMetadata): ViewMetadata['versions'][number] | undefined {
  return metadata.versions.find((version) => version['version-id'] === metadata['current-version-id'])
}

function Sql({ metadata }: { readonly metadata: ViewMetadata }): VNode {
  const current = findCurrent(metadata)
  const namespace = current?.['default-namespace']
  return (
    <>
      {current?.representations.map(({ dialect, sql }) => (
        <section class="section" key={dialect}>
          <header>
            <h2>{t('SQL of {dialect}', { dialect })}</h2>
          </header>
          <pre class="sql" tabIndex={0}>
            <code>{sql}</code>
          </pre>
        </section>
      ))}
      {namespace !== undefined && namespace.length > 0 && (
        <p class="muted">
          {t('Names without a namespace refer to {namespace}.', { namespace: namespace.join('.') })}
        </p>
      )}
    </>
  )
}

function Versions({ metadata }: { readonly metadata: ViewMetadata }): VNode {
  return (
    <DataTable
      label={t('Versions')}
      rows={metadata.versions.toSorted((a, b) => b['timestamp-ms'] - a['timestamp-ms'])}
      toKey={(version) => String(version['version-id'])}
      columns={[
        { heading: t('Version'), kind: 'fit', cell: (version) => version['version-id'] },
        { heading: t('When'), kind: 'fit', cell: (version) => <Time at={version['timestamp-ms']} /> },
        {
          heading: t('Engine'),
          cell: ({ summary = {} }) => [summary['engine-name'], summary['engine-version']].join(' '),
        },
        { heading: t('SQL'), cell: ({ representations: [first] }) => <code class="clip">{first?.sql}</code> },
      ]}
    />
  )
}
