import { defaultLocation } from '../locations.ts'
import type { Warehouse } from '../warehouses.ts'

const maxNameLength = 64

/**
 * Returns the default location of a Lance table: a random folder, and in it a folder with the name of the table and the
 * suffix `.lance`, so that the random folder is a database that LanceDB can open. A rename does not change it.
 */
export function lanceLocation(warehouse: Warehouse, name: string): string {
  const folder = name.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, maxNameLength)
  return `${defaultLocation(warehouse)}/${folder}.lance`
}
