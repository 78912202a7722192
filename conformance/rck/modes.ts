import type { StorageKind } from '../lib/catalog-access.ts'
import type { RckOptions } from './options.ts'

/** Configuration in which the compatibility kit runs. */
export interface Mode {
  /** Storage of the warehouse, if the run starts the server. */
  readonly storage: StorageKind
  /** Whether the tests use nested namespaces, and names with dots and slashes. */
  readonly extended: boolean
}

/** Returns the modes that the options select, in the order in which they run. */
export function selectModes(options: Pick<RckOptions, 'all' | 'extended' | 'storage' | 'uri'>): Mode[] {
  if (!options.all) return [{ storage: options.storage, extended: options.extended }]
  // The storage of an existing server cannot be changed, so there is only one mode for it.
  const storages: StorageKind[] = options.uri === undefined ? ['file', 's3'] : [options.storage]
  return storages.flatMap((storage) => [false, true].map((extended) => ({ storage, extended })))
}

/** Returns the name of a mode in expectations.json: `headgate-s3-extended`. */
export function modeName(
  options: Pick<RckOptions, 'fixture' | 'localMetadata'> & Partial<Pick<RckOptions, 'upstream'>>,
  mode: Mode,
): string {
  const remote = mode.storage === 's3' || !options.localMetadata
  const server = options.fixture ? 'fixture' : 'headgate'
  const catalog = options.upstream === undefined ? server : `upstream-${options.upstream}`
  return `${catalog}${remote ? '-s3' : ''}${mode.extended ? '-extended' : ''}`
}
