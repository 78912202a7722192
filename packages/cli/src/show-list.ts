import type { Listed } from './connection/pages.ts'
import { type Column, table } from './output/table.ts'
import type { Session } from './session.ts'

/** Prints a list as a table. If the list is empty, prints a note in which `things` names the items. */
export function showList<Item>(
  { out }: Session,
  { items, json, more }: Omit<Listed<Item>, 'raw'>,
  things: string,
  columns: readonly Column<Item>[],
): void {
  out.result({ json }, (paint) => (items.length === 0 ? '' : table(paint, items, columns, out.width)))
  if (items.length === 0) out.note(`There are no ${things}.`)
  if (more) out.note('The list has more items than are shown. Increase --limit to show more.')
}
