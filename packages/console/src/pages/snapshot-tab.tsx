import type { VNode } from 'preact'
import type { Snapshot, TableMetadata } from '../api/catalog.ts'
import { formatBytes, formatNumber, t } from '../text.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Badge, Copyable, Facts, Time } from '../ui/small.tsx'
import { Empty } from '../ui/states.tsx'
import { GraphCell } from './graph-cell.tsx'
import { arrangeSnapshots } from './snapshot-graph.ts'

/** Number of snapshots that the page shows. */
const maxShown = 500

/** Tab that lists the snapshots of a table, the newest first, with the branches and tags that refer to them. */
export function SnapshotTab({ metadata }: { readonly metadata: TableMetadata }): VNode {
  const snapshots = (metadata.snapshots ?? []).toSorted((a, b) => b['timestamp-ms'] - a['timestamp-ms'])
  if (snapshots.length === 0)
    return <Empty title={t('The table has no snapshots')}>{t('The first write creates one.')}</Empty>
  const refs = Map.groupBy(Object.entries(metadata.refs ?? {}), ([, ref]) => String(ref['snapshot-id']))
  const isCurrent = (snapshot: Snapshot): boolean =>
    snapshot['snapshot-id'] === metadata['current-snapshot-id']
  const shown = snapshots.slice(0, maxShown)
  const graph = arrangeSnapshots(shown)
  const lanes = Math.max(...graph.map(({ lane, below }) => Math.max(lane, ...below) + 1))
  const rowOf = new Map(shown.map((snapshot, index) => [snapshot, graph[index]]))
  return (
    <>
      <DataTable
        label={t('Snapshots')}
        rows={shown}
        toKey={(snapshot) => String(snapshot['snapshot-id'])}
        columns={[
          {
            heading: t('When'),
            kind: 'fit',
            cell: (snapshot) => {
              const row = rowOf.get(snapshot)
              return (
                <span class="commit">
                  {row !== undefined && <GraphCell row={row} lanes={lanes} isCurrent={isCurrent(snapshot)} />}
                  <Time at={snapshot['timestamp-ms']} />
                </span>
              )
            },
          },
          { heading: t('Operation'), kind: 'fit', cell: ({ summary }) => summary?.['operation'] ?? '' },
          {
            heading: t('Branches and tags'),
            cell: (snapshot) => (
              <span class="badges">
                {(refs.get(String(snapshot['snapshot-id'])) ?? []).map(([name, { type }]) => (
                  <Badge key={name} tone={type === 'branch' ? 'good' : 'plain'}>
                    {name}
                  </Badge>
                ))}
              </span>
            ),
          },
          {
            heading: t('Rows'),
            kind: 'number',
            cell: ({ summary }) => <Change of={summary} name="records" />,
          },
          {
            heading: t('Files'),
            kind: 'number',
            cell: ({ summary }) => <Change of={summary} name="data-files" />,
          },
          {
            heading: t('Size'),
            kind: 'number',
            cell: ({ summary }) => {
              const added = summary?.['added-files-size']
              return added === undefined ? '' : `+${formatBytes(Number(added))}`
            },
          },
          {
            heading: t('Changed'),
            cell: ({ summary }) => <Changes of={summary} />,
          },
          {
            heading: t('Snapshot id'),
            cell: (snapshot) => <Copyable text={String(snapshot['snapshot-id'])} />,
          },
        ]}
      />
      {snapshots.length > maxShown && (
        <p class="muted">
          {t('The newest {shown} of {count} snapshots.', {
            shown: maxShown,
            count: formatNumber(snapshots.length),
          })}
        </p>
      )}
    </>
  )
}

/** Shows the numbers of added and deleted rows or files in the summary of a snapshot. */
function Change({ of = {}, name }: { readonly of: Snapshot['summary']; readonly name: string }): VNode {
  const added = of[`added-${name}`]
  const removed = of[`deleted-${name}`]
  return (
    <>
      {added !== undefined && added !== '0' && <span class="added">+{formatNumber(added)}</span>}{' '}
      {removed !== undefined && removed !== '0' && <span class="removed">−{formatNumber(removed)}</span>}
    </>
  )
}

/** Everything that the summary of a snapshot states about its commit. */
function Changes({ of = {} }: { readonly of: Snapshot['summary'] }): VNode | null {
  const facts = Object.entries(of).filter(([name, value]) => name !== 'operation' && value !== '0')
  if (facts.length === 0) return null
  return (
    <details>
      <summary>{t('Summary')}</summary>
      <Facts of={facts} />
    </details>
  )
}
