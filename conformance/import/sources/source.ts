import type { ConnectOptions } from '@headgate/iceberg/client'
import type { WarehouseRequest } from '../../lib/prepare-warehouse.ts'
import type { KeptProcess } from '../../lib/process-keeper.ts'

/** A catalog that tables are imported from. */
export interface ImportSource {
  readonly name: string
  readonly options: ConnectOptions & { readonly uri: string }
  readonly process: KeptProcess
  /** Warehouse of the target that allows the locations of the source. */
  readonly warehouse: WarehouseRequest
  /** Reads a file that the source wrote. */
  readonly readFile: (location: string) => Promise<Buffer>
  /** Whether the source has namespaces in namespaces. */
  readonly nested: boolean
  /** Location below which tables are created many in a transaction. Null: the source creates them one by one. */
  readonly root: string | null
  /** Whether the source keeps the metadata file of a view that is dropped. */
  readonly keepsViewFiles: boolean
}
