import type { ConnectOptions } from '@headgate/iceberg/client'
import type { WarehouseRequest } from '../../lib/prepare-warehouse.ts'
import type { KeptProcess } from '../../lib/process-keeper.ts'

/** A catalog that tables are imported from. */
export interface ImportSource {
  readonly name: string
  readonly options: ConnectOptions & { readonly uri: string }
  readonly process: KeptProcess
  /** Warehouse to create in the target catalog. It allows the locations of the source's files. */
  readonly warehouse: WarehouseRequest
  /** Reads a metadata file that the source catalog wrote. */
  readonly readFile: (location: string) => Promise<Buffer>
  /** Whether the source catalog supports nested namespaces. */
  readonly nested: boolean
  /** Location below which many tables are created in each transaction. Null if the source creates tables one by one. */
  readonly root: string | null
  /** Whether the source catalog keeps the metadata file of a dropped view. */
  readonly keepsViewFiles: boolean
}
