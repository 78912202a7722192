import type { TableIdentifier } from '@headgate/iceberg/client'
import { formatLevels } from '../names/dotted.ts'
import { visible } from '../output/visible.ts'

/** Quotes an argument of a command for a POSIX shell, if the shell would change it otherwise. */
export function quote(text: string): string {
  return /^[\w.:/#@=+%-]+$/.test(text) ? text : `'${visible(text).replaceAll("'", String.raw`'\''`)}'`
}

/**
 * Returns a command for the user, which replaces the metadata file of a table in the target catalog with the file of
 * the source catalog.
 */
export function overwriteCommand(
  warehouse: string,
  { namespace, name }: TableIdentifier,
  metadataLocation: string | null,
): string {
  const table = quote(`${warehouse}/${formatLevels([...namespace, name])}`)
  return `headgate table register ${table} ${quote(metadataLocation ?? '')} --overwrite`
}
