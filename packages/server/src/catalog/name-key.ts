import type { TableIdentifier } from '@headgate/iceberg/rest'
import { joinLevels } from '../namespace-path.ts'

/** Returns a text that identifies a table or view name in a warehouse, as the key of a map. */
export function nameKey(warehouseId: string, { namespace, name }: TableIdentifier): string {
  return `${warehouseId} ${joinLevels([...namespace, name])}`
}
