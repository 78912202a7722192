import type { Listed } from './connection/pages.ts'
import { type Column, table } from './output/table.ts'
import type { Session } from './session.ts'

/** Shows a list as a table; `things` names what there is none of. */
export function showList<Item>(
  { out }: Session,
  { items, json, more }: Omit<Listed<Item>, 'raw'>,
  things: string,
  columns: readonly Column<Item>[],
): void {
  out.answer({ json }, (paint) => (items.length === 0 ? '' : table(paint, items, columns)))
  if (items.length === 0) out.note(`There are no ${things}.`)
  if (more) out.note('There are more: --limit shows more of them.')
}
