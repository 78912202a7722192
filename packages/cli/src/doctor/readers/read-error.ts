import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'

/** Creates the error for a configuration that a reader cannot use. */
export function unreadable(source: string, why: string, next: string): CliError {
  return new CliError(exitCode.usage, `${source}: ${why}`, { next })
}

/**
 * Returns the name of the catalog to check in a configuration.
 *
 * @throws CliError when the configuration has no catalog, or has several and the user chose none
 */
export function chooseCatalog(
  source: string,
  names: readonly string[],
  chosen: string | undefined,
  byDefault?: string,
): string {
  if (chosen !== undefined) {
    if (names.includes(chosen)) return chosen
    throw unreadable(
      source,
      `the file has no Iceberg REST catalog ${chosen}.`,
      `The catalogs of the file are: ${list(names)}.`,
    )
  }
  const [only, ...others] = names
  if (only === undefined)
    throw unreadable(source, 'the file has no Iceberg REST catalog.', 'Name another file, or use --uri.')
  if (others.length === 0) return only
  if (byDefault !== undefined && names.includes(byDefault)) return byDefault
  throw unreadable(source, `the file has several catalogs: ${list(names)}.`, 'Choose one with --catalog.')
}

const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '))
