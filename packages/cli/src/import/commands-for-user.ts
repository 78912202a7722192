import type { TableIdentifier } from '@headgate/iceberg/client'
import { formatLevels } from '../names/dotted.ts'
import { visible } from '../output/visible.ts'

/** Quotes an argument of a command for a POSIX shell, if the shell would otherwise change it. */
export function quote(text: string): string {
  return /^[\w.:/#@=+%-]+$/.test(text) ? text : `'${visible(text).replaceAll("'", String.raw`'\''`)}'`
}

/**
 * Returns the command with which a user replaces the metadata file of a table in the target catalog with the metadata
 * file of the source catalog.
 */
export function overwriteCommand(
  warehouse: string,
  { namespace, name }: TableIdentifier,
  metadataLocation: string | null,
): string {
  const table = quote(`${warehouse}/${formatLevels([...namespace, name])}`)
  return `headgate table register ${table} ${quote(metadataLocation ?? '')} --overwrite`
}
