import type { Warehouse } from '../../catalog/warehouses.ts'
import type { Call, Response } from '../../operation/operation.ts'
import type { IcebergDeps } from '../deps.ts'

/** Operation of the Iceberg API for a warehouse that forwards to another catalog. */
export interface UpstreamOperation {
  handle(deps: IcebergDeps, call: Call, warehouse: Warehouse): Promise<Response>
  /** Authorizes a request before its large body is read. Absent: the caller must be able to use the warehouse. */
  admit?(deps: IcebergDeps, call: Call, warehouse: Warehouse): Promise<unknown>
}
