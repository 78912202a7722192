import type { VNode } from 'preact'
import { parseNamespace, type TableMetadata, useCatalog } from '../api/catalog.ts'
import { useGet } from '../api/use-get.ts'
import { formatBytes, formatNumber, t } from '../text.ts'
import { Page } from '../ui/page.tsx'
import { Copyable, Facts, Properties, Section, Time } from '../ui/small.tsx'
import { Shown, Skeleton } from '../ui/states.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { AccessTab } from './access-tab.tsx'
import { CredentialList } from './credentials.tsx'
import { FilesTab } from './files-tab.tsx'
import { HistoryTab } from './history-tab.tsx'
import { MetricsTab } from './metrics-tab.tsx'
import { toCrumbs } from './namespace.tsx'
import { PartitionTab } from './partition-tab.tsx'
import { SchemaTable } from './schema-table.tsx'
import { SnapshotTab } from './snapshot-tab.tsx'

interface TableProps {
  readonly warehouse: string
  /** Levels of the namespace, joined by U+001F as in the URL. */
  readonly namespace: string
  readonly table: string
}

/** Page of an Iceberg table: its schema, partitioning, snapshots, properties and grants. */
export function TablePage({ warehouse, namespace: text, table }: TableProps): VNode {
  const namespace = parseNamespace(text)
  const catalog = useCatalog(warehouse)
  const path = catalog.data?.relation(namespace, 'tables', table) ?? null
  const loaded = useGet<{ readonly metadata: TableMetadata; readonly 'metadata-location'?: string }>(path)
  const on = { warehouse, namespace, relation: table }
  return (
    <Page title={table} icon="table" crumbs={toCrumbs(warehouse, namespace)}>
      {catalog.data === undefined && catalog.error === undefined ? (
        <Skeleton />
      ) : (
        <Tabs
          tabs={[
            {
              name: 'schema',
              label: t('Schema'),
              show: () => (
                <Shown of={loaded}>
                  {({ metadata }) => (
                    <>
                      <Summary metadata={metadata} />
                      <SchemaTable
                        schema={metadata.schemas?.find(
                          (schema) => schema['schema-id'] === metadata['current-schema-id'],
                        )}
                      />
                    </>
                  )}
                </Shown>
              ),
            },
            {
              name: 'snapshots',
              label: t('Snapshots'),
              count: loaded.data?.metadata.snapshots?.length,
              show: () => <Shown of={loaded}>{({ metadata }) => <SnapshotTab metadata={metadata} />}</Shown>,
            },
            {
              name: 'files',
              label: t('Files'),
              show: () => (
                <Shown of={loaded}>
                  {({ metadata }) => <FilesTab metadata={metadata} path={path ?? ''} />}
                </Shown>
              ),
            },
            {
              name: 'metrics',
              label: t('Metrics'),
              show: () => (
                <Shown of={loaded}>{({ metadata }) => <MetricsTab metadata={metadata} on={on} />}</Shown>
              ),
            },
            {
              name: 'partitioning',
              label: t('Partitioning'),
              show: () => <Shown of={loaded}>{({ metadata }) => <PartitionTab metadata={metadata} />}</Shown>,
            },
            {
              name: 'properties',
              label: t('Properties'),
              show: () => (
                <Shown of={loaded}>
                  {(data) => <Details metadata={data.metadata} location={data['metadata-location']} />}
                </Shown>
              ),
            },
            { name: 'access', label: t('Access'), show: () => <AccessTab on={on} /> },
            {
              name: 'credentials',
              label: t('Storage credentials'),
              show: () => <CredentialList query={toTableQuery(on)} />,
            },
            { name: 'history', label: t('History'), show: () => <HistoryTab filter={on} /> },
          ]}
        />
      )}
    </Page>
  )
}

interface TableName {
  readonly warehouse: string
  readonly namespace: readonly string[]
  readonly relation: string
}

function toTableQuery({ warehouse, namespace, relation }: TableName): string {
  const parts = namespace.map((part): [string, string] => ['namespace', part])
  return new URLSearchParams([['warehouse', warehouse], ...parts, ['table', relation]]).toString()
}

/** Shows the totals of the current snapshot: rows, data files and size. */
function Summary({ metadata }: { readonly metadata: TableMetadata }): VNode {
  const current = metadata.snapshots?.find(
    (snapshot) => snapshot['snapshot-id'] === metadata['current-snapshot-id'],
  )
  const total = (name: string): string | undefined => current?.summary?.[`total-${name}`]
  const bytes = total('files-size')
  return (
    <dl class="figures">
      <Figure label={t('Rows')} value={toNumber(total('records'))} />
      <Figure label={t('Data files')} value={toNumber(total('data-files'))} />
      <Figure label={t('Size')} value={bytes === undefined ? '–' : formatBytes(Number(bytes))} />
      <Figure label={t('Last change')} value={<Time at={metadata['last-updated-ms']} />} />
    </dl>
  )
}

function Figure({ label, value }: { readonly label: string; readonly value: string | VNode }): VNode {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function toNumber(text: string | undefined): string {
  return text === undefined || !/^\d+$/.test(text) ? '–' : formatNumber(text)
}

function Details({
  metadata,
  location,
}: {
  readonly metadata: TableMetadata
  readonly location: string | undefined
}): VNode {
  return (
    <>
      <Section title={t('Properties')}>
        <Properties of={metadata.properties ?? {}} />
      </Section>
      <Section title={t('Table')}>
        <Facts
          of={[
            [t('Location'), <Copyable key="location" text={metadata.location} />],
            [
              t('Metadata file'),
              location === undefined ? undefined : <Copyable key="file" text={location} />,
            ],
            [t('Format version'), metadata['format-version']],
            [t('Table UUID'), <Copyable key="uuid" text={metadata['table-uuid']} />],
          ]}
        />
      </Section>
    </>
  )
}
