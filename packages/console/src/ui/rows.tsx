import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { PagedRows } from '../api/paged-rows.ts'
import { formatNumber, t } from '../text.ts'
import { ErrorNote, Skeleton } from './states.tsx'

/** Height of a row in CSS pixels. Must be equal to the value in the style sheet. */
const rowHeight = 36
/** Number of rows that are rendered above and below the visible part of the list. */
const margin = 20
/** Maximum height of an element in CSS pixels that all browsers support. */
const maxHeight = 15_000_000

interface RowsProps<Row> {
  readonly rows: PagedRows<Row>
  readonly label: string
  readonly empty: VNode
  readonly toKey: (row: Row) => string
  readonly children: (row: Row) => ComponentChildren
}

/**
 * Virtualized list: only the visible rows are in the DOM. The pages of a list are loaded when their rows become
 * visible.
 */
export function Rows<Row>({ rows, label, empty, toKey, children }: RowsProps<Row>): VNode {
  const list = useRef<HTMLDivElement>(null)
  const [scrolled, setScrolled] = useState(0)
  const height = Math.min(rows.count * rowHeight, maxHeight)
  // If the full height of the list exceeds the maximum, each scrolled pixel moves the list by more than one pixel.
  const scale = Math.max(1, (rows.count * rowHeight) / maxHeight)
  const visible = Math.ceil(innerHeight / rowHeight)
  useEffect(() => {
    const update = (): void => {
      const top = list.current?.getBoundingClientRect().top ?? 0
      const rounded = scale === 1 ? Math.floor(-top / rowHeight) * rowHeight : -top
      setScrolled(Math.max(0, rounded))
    }
    update()
    addEventListener('scroll', update, { passive: true })
    addEventListener('resize', update)
    return () => {
      removeEventListener('scroll', update)
      removeEventListener('resize', update)
    }
  }, [rows, scale])
  const first = Math.max(0, Math.floor((scrolled * scale) / rowHeight) - margin)
  const end = Math.min(rows.count, first + visible + 2 * margin)
  useEffect(() => rows.show(Math.min(first, Math.max(0, rows.count - 1)), end), [rows, first, end])
  if (rows.count === 0 && rows.error !== undefined)
    return <ErrorNote error={rows.error} onRetry={() => rows.retry()} />
  if (rows.count === 0) return rows.isComplete ? empty : <Skeleton />
  const indexes = Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index)
  return (
    <>
      <div class="rows" role="list" aria-label={label} ref={list} style={{ height: `${height}px` }}>
        <div
          class="rows-window"
          style={{ transform: `translateY(${first * rowHeight - scrolled * (scale - 1)}px)` }}
        >
          {indexes.map((index) => {
            const row = rows.at(index)
            return (
              <div class="row" role="listitem" key={row === undefined ? index : toKey(row)}>
                {row === undefined ? <span class="row-loading" /> : children(row)}
              </div>
            )
          })}
        </div>
      </div>
      {rows.error !== undefined && <ErrorNote error={rows.error} onRetry={() => rows.retry()} />}
      <p class="rows-end muted" role="status">
        {rows.isComplete
          ? t('{count} in total', { count: formatNumber(rows.count) })
          : t('{count} loaded, more follow', { count: formatNumber(rows.count) })}
      </p>
    </>
  )
}
