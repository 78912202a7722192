import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { TableMetadata } from '../api/catalog.ts'
import { toError } from '../api/request.ts'
import { loadMore, planScan, type ScanPlan, type ScannedFile } from '../api/scan-plan.ts'
import { formatBytes, formatNumber, t } from '../text.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Badge } from '../ui/small.tsx'
import { Empty, ErrorNote, Skeleton } from '../ui/states.tsx'

/** Maximum number of files in the document. */
const maxShown = 500
/** Upper bounds of the classes of file sizes, in MiB. */
const classes = [1, 8, 32, 128, 512, Infinity]

interface FilesTabProps {
  readonly metadata: TableMetadata
  /** Path of the table in the catalog API. */
  readonly path: string
}

/** Data files of the current snapshot, or of another one, with their sizes and delete files. */
export function FilesTab({ metadata, path }: FilesTabProps): VNode {
  const snapshots = (metadata.snapshots ?? []).toSorted((a, b) => b['timestamp-ms'] - a['timestamp-ms'])
  const [snapshot, setSnapshot] = useState('')
  if (snapshots.length === 0)
    return <Empty title={t('The table has no files')}>{t('The first write creates them.')}</Empty>
  return (
    <>
      <div class="filters">
        <label class="inline">
          {t('Snapshot')}{' '}
          <select value={snapshot} onChange={(event) => setSnapshot(event.currentTarget.value)}>
            <option value="">{t('current')}</option>
            {snapshots.slice(0, maxShown).map((each) => (
              <option key={String(each['snapshot-id'])} value={String(each['snapshot-id'])}>
                {`${new Date(each['timestamp-ms']).toISOString()} · ${each['snapshot-id']}`}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Files key={snapshot} path={path} snapshot={snapshot} />
    </>
  )
}

function Files({ path, snapshot }: { readonly path: string; readonly snapshot: string }): VNode {
  const [plan, setPlan] = useState<ScanPlan | Error | null>(null)
  const [isLoading, setLoading] = useState(false)
  const show = (loading: Promise<ScanPlan>): void => {
    setLoading(true)
    void loading
      .catch(toError)
      .then(setPlan)
      .finally(() => setLoading(false))
  }
  useEffect(() => show(planScan(path, snapshot === '' ? null : { snapshot })), [])
  if (plan === null) return <Skeleton />
  if (plan instanceof Error) return <ErrorNote error={plan} />
  const { files, rest } = plan
  return (
    <>
      <Sizes of={files} isComplete={rest.length === 0} />
      <DataTable
        label={t('Data files')}
        rows={files.slice(0, maxShown)}
        toKey={({ file }) => file['file-path']}
        columns={[
          {
            heading: t('File'),
            cell: ({ file }) => (
              <span class="mono clip" title={file['file-path']}>
                {file['file-path'].split('/').slice(-2).join('/')}
              </span>
            ),
          },
          { heading: t('Format'), kind: 'fit', cell: ({ file }) => file['file-format'] },
          { heading: t('Partition'), cell: ({ file }) => (file.partition ?? []).map(toText).join(', ') },
          { heading: t('Rows'), kind: 'number', cell: ({ file }) => formatNumber(file['record-count']) },
          { heading: t('Size'), kind: 'number', cell: ({ file }) => formatBytes(file['file-size-in-bytes']) },
          {
            heading: t('Delete files'),
            kind: 'number',
            cell: ({ deletes }) => (deletes.length === 0 ? '' : <Badge tone="warn">{deletes.length}</Badge>),
          },
        ]}
      />
      {files.length > maxShown && (
        <p class="muted">
          {t('{shown} of {count} files.', { shown: maxShown, count: formatNumber(files.length) })}
        </p>
      )}
      {rest.length > 0 && (
        <button type="button" disabled={isLoading} onClick={() => show(loadMore(path, plan))}>
          {isLoading ? t('Loading…') : t('Load more files')}
        </button>
      )}
    </>
  )
}

/** Number of files by size. Many small files make scans slow. */
function Sizes({
  of: files,
  isComplete,
}: {
  readonly of: readonly ScannedFile[]
  readonly isComplete: boolean
}): VNode {
  const counts = classes.map((bound, index) => {
    const lower = (index === 0 ? 0 : (classes[index - 1] ?? 0)) * 1024 ** 2
    const matching = files.filter(
      ({ file: { 'file-size-in-bytes': size } }) => size >= lower && size < bound * 1024 ** 2,
    )
    const label = bound === Infinity ? t('512 MiB and more') : t('below {size} MiB', { size: bound })
    return { label, count: matching.length }
  })
  const largest = Math.max(1, ...counts.map(({ count }) => count))
  const bytes = files.reduce((sum, { file }) => sum + file['file-size-in-bytes'], 0)
  return (
    <>
      <p class="muted">
        {t(isComplete ? '{count} data files, {size}' : 'The first {count} data files, {size}', {
          count: formatNumber(files.length),
          size: formatBytes(bytes),
        })}
      </p>
      <dl class="bars">
        {counts.map(({ label, count }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <progress max={largest} value={count} aria-label={label} /> {formatNumber(count)}
            </dd>
          </div>
        ))}
      </dl>
    </>
  )
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
