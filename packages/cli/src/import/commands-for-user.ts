import type { TableIdentifier } from '@headgate/iceberg/client'
import { formatLevels } from '../names/dotted.ts'
import { visible } from '../output/visible.ts'

/** Quotes an argument for a POSIX shell, if it needs quotes. */
export function quote(text: string): string {
  return /^[\w.:/#@=+%-]+$/.test(text) ? text : `'${visible(text).replaceAll("'", String.raw`'\''`)}'`
}

/** Returns the command that replaces the metadata file of a table in the target with that of the source. */
export function overwriteCommand(
  warehouse: string,
  { namespace, name }: TableIdentifier,
  metadataLocation: string | null,
): string {
  const table = quote(`${warehouse}/${formatLevels([...namespace, name])}`)
  return `headgate table register ${table} ${quote(metadataLocation ?? '')} --overwrite`
}
