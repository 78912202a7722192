import type { TableIdentifier } from '@headgate/iceberg/rest'
import { pathOf } from '../store/namespaces.ts'

/** A name in a warehouse as one text, for maps. */
export function nameKey(warehouseId: string, { namespace, name }: TableIdentifier): string {
  return `${warehouseId} ${pathOf([...namespace, name])}`
}
