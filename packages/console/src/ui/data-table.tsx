import type { ComponentChildren, VNode } from 'preact'

/** Column of a table. */
export interface Column<Row> {
  readonly heading: string
  readonly cell: (row: Row) => ComponentChildren
  /** `number`: aligned to the right. `fit`: as narrow as its content. */
  readonly kind?: 'number' | 'fit' | undefined
}

interface DataTableProps<Row> {
  readonly label: string
  readonly rows: readonly Row[]
  readonly columns: readonly Column<Row>[]
  readonly toKey: (row: Row, index: number) => string
}

/** Table of rows that are all in memory. If it is wider than the screen, it scrolls horizontally within its frame. */
export function DataTable<Row>({ label, rows, columns, toKey }: DataTableProps<Row>): VNode {
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            {columns.map(({ heading, kind }) => (
              <th key={heading} scope="col" class={kind}>
                {heading === '' ? <span class="hidden">·</span> : heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={toKey(row, index)}>
              {columns.map(({ heading, kind, cell }) => (
                <td key={heading} class={kind}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
