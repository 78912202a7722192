import type { ConnectOptions } from '@headgate/iceberg/client'
import type { WarehouseRequest } from '../../lib/prepare-warehouse.ts'
import type { KeptProcess } from '../../lib/process-keeper.ts'

/** Catalog from which tables and views are imported. */
export interface ImportSource {
  readonly name: string
  readonly options: ConnectOptions & { readonly uri: string }
  readonly process: KeptProcess
  /** Warehouse that the test creates in the target catalog. It allows the locations of the source's files. */
  readonly warehouse: WarehouseRequest
  /** Reads a metadata file that the source catalog wrote. */
  readonly readFile: (location: string) => Promise<Buffer>
  /** Whether the source catalog supports nested namespaces. */
  readonly nested: boolean
  /**
   * Location for tables that are created in transactions with many tables. Null if the source creates each table with
   * a separate request.
   */
  readonly root: string | null
  /** Whether the source catalog keeps the metadata file of a dropped view. */
  readonly keepsViewFiles: boolean
}
