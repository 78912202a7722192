import type { Draft } from '../builder/draft.ts'
import { invalid } from '../../field-error.ts'
import { FORMAT_VERSION_PROPERTY, isReserved } from '../properties.ts'

/**
 * Sets table properties. Refuses reserved properties. Ignores `format-version` if it equals the version of the table,
 * because some clients send it with every change.
 */
export function setProperties(draft: Draft, updates: Readonly<Record<string, string>>): void {
  const entries = Object.entries(updates).filter(
    ([name, value]) => name !== FORMAT_VERSION_PROPERTY || value !== String(draft.formatVersion),
  )
  const reserved = entries.map(([name]) => name).filter(isReserved)
  if (reserved.length > 0)
    throw invalid(`Table properties should not contain reserved properties, but got [${reserved.join(', ')}]`)
  for (const [name, value] of entries) draft.properties.set(name, value)
  if (entries.length > 0) draft.changes.any = true
}

/** Removes table properties. Ignores unknown names. */
export function removeProperties(draft: Draft, removals: readonly string[]): void {
  for (const name of removals) draft.properties.delete(name)
  if (removals.length > 0) draft.changes.any = true
}
