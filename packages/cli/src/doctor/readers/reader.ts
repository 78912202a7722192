import type { CatalogSettings } from '../catalog-settings.ts'
import type { EngineName } from '../engines/engine-traits.ts'

/** Input of a reader of engine configurations. */
export interface ReaderInput {
  readonly text: string
  /** Name of the file, for messages. */
  readonly source: string
  /** Name of the catalog that the user chose, for a configuration with several catalogs. */
  readonly catalog: string | undefined
  readonly engineVersion: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Folder from which relative file names in the configuration start. */
  readonly folder: string
}

/** Reads the configuration of one engine. Throws `CliError` if the configuration contains no catalog. */
export type Reader = (input: ReaderInput) => CatalogSettings

/** Settings of a configuration file: values keyed by the name of the setting. */
export type Entries = Readonly<Record<string, string>>

/** Reader of one format of configuration, with the engines that use this format. */
export interface EngineReader {
  readonly engine: EngineName
  readonly read: Reader
  /** Returns whether a text is a configuration in this format. */
  readonly matches: (text: string) => boolean
}
