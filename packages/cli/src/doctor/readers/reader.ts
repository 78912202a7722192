import type { CatalogSettings } from '../catalog-settings.ts'
import type { EngineName } from '../engines/engine-traits.ts'

/** Values that every reader of configurations receives. */
export interface ReaderInput {
  readonly text: string
  /** Name of the file, for messages. */
  readonly source: string
  /** Catalog to choose if the configuration has several. */
  readonly catalog: string | undefined
  readonly engineVersion: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Folder that relative file names in the configuration start from. */
  readonly folder: string
}

/** Reads the configuration of one engine. Throws `CliError` if it names no catalog. */
export type Reader = (input: ReaderInput) => CatalogSettings

/** Names and values of a configuration. */
export type Entries = Readonly<Record<string, string>>

/** Reader with the engines whose configuration it reads. */
export interface EngineReader {
  readonly engine: EngineName
  readonly read: Reader
  /** Returns whether a text is a configuration of this engine. */
  readonly matches: (text: string) => boolean
}
