import type { VNode } from 'preact'
import type { Restriction } from '../api/generated/management.ts'
import { t } from '../text.ts'

/** Shows the rows and columns to which a grant of `select` is restricted. */
export function Restricted({ to }: { readonly to: Restriction | null }): VNode | null {
  if (to === null) return null
  const { rows, columns } = to
  return (
    <span class="muted">
      {rows !== null && t('rows: {rows}', { rows })}
      {rows !== null && columns !== null && ' · '}
      {columns !== null && t('columns: {columns}', { columns: columns.join(', ') })}
    </span>
  )
}
