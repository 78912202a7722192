import type { Paint } from './paint.ts'
import { countColumns, visible } from './visible.ts'

/** Column of a table: its heading, and the cell of a row. A null cell is shown as `-`. */
export interface Column<Row> {
  readonly heading: string
  readonly cell: (row: Row) => string | number | bigint | null
  /** Whether the column is aligned to the right, as numbers are. */
  readonly right?: boolean
  readonly paint?: (row: Row) => Parameters<Paint>[0] | null
}

/**
 * Formats rows under headings, in aligned columns with two blanks between, without a line break at the end.
 *
 * @example
 * ```ts
 * table(plainPaint, roles, [{ heading: 'name', cell: (role) => role.name }])
 * ```
 */
export function table<Row>(paint: Paint, rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = rows.map((row) => columns.map(({ cell }) => visible(String(cell(row) ?? '-'))))
  const widths = columns.map(({ heading }, index) =>
    Math.max(countColumns(heading), ...cells.map((texts) => countColumns(texts[index] ?? ''))),
  )
  const line = (texts: readonly string[], painted: (text: string, index: number) => string): string =>
    texts
      .map((text, index) => {
        const pad = ' '.repeat((widths[index] ?? 0) - countColumns(text))
        if (columns[index]?.right === true) return pad + painted(text, index)
        return painted(text, index) + (index === texts.length - 1 ? '' : pad)
      })
      .join('  ')
  const headings = columns.map(({ heading }) => heading.toUpperCase())
  return [
    line(headings, (text) => paint('dim', text)),
    ...rows.map((row, at) =>
      line(cells[at] ?? [], (text, index) => {
        const format = columns[index]?.paint?.(row) ?? null
        return format === null ? text : paint(format, text)
      }),
    ),
  ].join('\n')
}

/**
 * Line of the output for one object: a label and a value. A null value is shown as `-`, and a line with an undefined
 * value is omitted.
 */
export type Fact = readonly [label: string, value: string | number | bigint | boolean | null | undefined]

/** Formats the properties of one object, one per line, with aligned values. */
export function details(paint: Paint, facts: readonly Fact[]): string {
  const shown = facts.filter(([, value]) => value !== undefined)
  const width = Math.max(...shown.map(([label]) => countColumns(label)))
  return shown
    .map(([label, value]) => {
      const pad = ' '.repeat(width - countColumns(label))
      return `${paint('dim', label)}${pad}  ${visible(formatValue(value ?? null))}`
    })
    .join('\n')
}

function formatValue(value: string | number | bigint | boolean | null): string {
  if (value === null) return '-'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return String(value)
}
