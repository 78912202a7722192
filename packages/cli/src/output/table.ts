import type { Paint } from './paint.ts'
import { countColumns, visible } from './visible.ts'

/** Column of a table: its heading, and the cell of a row. A null cell is shown as `-`. */
export interface Column<Row> {
  readonly heading: string
  readonly cell: (row: Row) => string | number | bigint | null
  /** Whether the column is aligned to the right, as numbers are. */
  readonly right?: boolean
  /** Whether the column keeps its width when the table does not fit its maximum width. */
  readonly whole?: boolean
  readonly paint?: (row: Row) => Parameters<Paint>[0] | null
}

/**
 * Formats rows under headings, in aligned columns with two blanks between, without a line break at the end.
 *
 * @param maxWidth columns of the terminal. If a table is wider, columns without values are omitted, and the texts of the
 *   widest columns are shortened. Null: no limit
 *
 * @example
 * ```ts
 * table(plainPaint, roles, [{ heading: 'name', cell: (role) => role.name }])
 * ```
 */
export function table<Row>(
  paint: Paint,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  maxWidth: number | null = null,
): string {
  const filled = maxWidth === null ? columns : omitEmpty(rows, columns, maxWidth)
  const full = toTexts(rows, filled)
  const needed = toWidths(full, filled)
  const widths = maxWidth === null ? needed : fitWidths(needed, filled, maxWidth)
  const fitted = (texts: readonly string[]): readonly string[] =>
    texts.map((text, index) => shorten(text, widths[index] ?? 0))
  const line = (texts: readonly string[], painted: (text: string, index: number) => string): string =>
    texts
      .map((text, index) => {
        const pad = ' '.repeat(Math.max(0, (widths[index] ?? 0) - countColumns(text)))
        if (filled[index]?.right === true) return pad + painted(text, index)
        return painted(text, index) + (index === texts.length - 1 ? '' : pad)
      })
      .join('  ')
  return [
    line(fitted(filled.map(({ heading }) => heading.toUpperCase())), (text) => paint('dim', text)),
    ...rows.map((row, at) =>
      line(fitted(full[at] ?? []), (text, index) => {
        const format = filled[index]?.paint?.(row) ?? null
        return format === null ? text : paint(format, text)
      }),
    ),
  ].join('\n')
}

function toTexts<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): readonly (readonly string[])[] {
  return rows.map((row) => columns.map(({ cell }) => visible(String(cell(row) ?? '-'))))
}

/** Returns the widths that show every text completely. */
function toWidths<Row>(
  texts: readonly (readonly string[])[],
  columns: readonly Column<Row>[],
): readonly number[] {
  return columns.map(({ heading }, index) =>
    texts.reduce((width, row) => Math.max(width, countColumns(row[index] ?? '')), countColumns(heading)),
  )
}

function totalWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 2 * (widths.length - 1))
}

/** Returns the columns without those that have no value in any row, if the table is too wide. */
function omitEmpty<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  maxWidth: number,
): readonly Column<Row>[] {
  if (totalWidth(toWidths(toTexts(rows, columns), columns)) <= maxWidth) return columns
  return columns.filter(({ cell }) => rows.some((row) => cell(row) !== null))
}

/** Minimum width of a column that is shortened. */
const minWidth = 6

/** Reduces the widths of the widest columns until the table fits, if this is possible. */
function fitWidths<Row>(
  needed: readonly number[],
  columns: readonly Column<Row>[],
  maxWidth: number,
): readonly number[] {
  const widths = [...needed]
  const isShort = (index: number): boolean => {
    const { right = false, whole = false } = columns[index] ?? {}
    return right || whole || (widths[index] ?? 0) <= minWidth
  }
  for (let excess = totalWidth(widths) - maxWidth; excess > 0; excess -= 1) {
    const slack = widths.map((width, index) => (isShort(index) ? 0 : width))
    const most = Math.max(...slack)
    if (most === 0) break
    widths[slack.lastIndexOf(most)] = most - 1
  }
  return widths
}

/** Shortens a text to a number of columns; its last column is then an ellipsis. */
function shorten(text: string, width: number): string {
  if (countColumns(text) <= width) return text
  let kept = ''
  let used = 1
  for (const character of text) {
    used += countColumns(character)
    if (used > width) break
    kept += character
  }
  return `${kept}…`
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
