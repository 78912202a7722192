import type { StorageKind } from '../lib/catalog-access.ts'
import type { RckOptions } from './options.ts'

/** One way of running the kit. */
export interface Mode {
  /** Where the warehouse of a server that is started for the run lies. */
  readonly storage: StorageKind
  /** With nested namespaces, and dots and slashes in names. */
  readonly extended: boolean
}

/** The modes that the command line asks for, in the order in which they run. */
export function modesOf(options: Pick<RckOptions, 'all' | 'extended' | 'storage' | 'uri'>): Mode[] {
  if (!options.all) return [{ storage: options.storage, extended: options.extended }]
  // a given server lies where it lies
  const storages: StorageKind[] = options.uri === undefined ? ['file', 's3'] : [options.storage]
  return storages.flatMap((storage) => [false, true].map((extended) => ({ storage, extended })))
}

/** Name of a mode, by which expectations.json knows what it gives: `headgate-s3-extended`. */
export function modeName(options: Pick<RckOptions, 'fixture' | 'localMetadata'>, mode: Mode): string {
  const remote = mode.storage === 's3' || !options.localMetadata
  return `${options.fixture ? 'fixture' : 'headgate'}${remote ? '-s3' : ''}${mode.extended ? '-extended' : ''}`
}
