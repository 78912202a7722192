import { defaultLocation } from '../locations.ts'
import type { Warehouse } from '../warehouses.ts'

const maxNameLength = 64

/**
 * Returns the default location of a Lance table: a random folder with a subfolder `NAME.lance`. LanceDB can
 * open the random folder as a database. A rename of the table does not change its location.
 */
export function lanceLocation(warehouse: Warehouse, name: string): string {
  const folder = name.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, maxNameLength)
  return `${defaultLocation(warehouse)}/${folder}.lance`
}
