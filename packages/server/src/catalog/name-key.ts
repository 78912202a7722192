import type { TableIdentifier } from '@headgate/iceberg/rest'
import { joinLevels } from '../namespace-path.ts'

/** Returns a map key for a name in a warehouse. */
export function nameKey(warehouseId: string, { namespace, name }: TableIdentifier): string {
  return `${warehouseId} ${joinLevels([...namespace, name])}`
}
