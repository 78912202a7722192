import type { Int64 } from '@headgate/json'
import {
  decodeCreateTableResponse,
  decodeDeleteFromTableResponse,
  decodeInsertIntoTableResponse,
  decodeMergeInsertIntoTableResponse,
  decodeUpdateTableResponse,
  type CountTableRowsRequest,
  type CreateTableRequest,
  type CreateTableResponse,
  type DeleteFromTableRequest,
  type DeleteFromTableResponse,
  type InsertIntoTableRequest,
  type InsertIntoTableResponse,
  type MergeInsertIntoTableRequest,
  type MergeInsertIntoTableResponse,
  type UpdateTableRequest,
  type UpdateTableResponse,
} from '../../model/wire/table-data.ts'
import { readCount } from '../responses.ts'
import type { ArrowData } from '../arrow/arrow-data.ts'
import type { CallOptions } from '../call-options.ts'
import { call } from '../call.ts'
import type { Session } from '../session.ts'
import { callJson, type About } from './call-json.ts'

/** Operations on rows. Rows are uploaded as Arrow IPC streams, see `ArrowData`. */
export interface DataOperations {
  /**
   * Creates a table with rows.
   *
   * @throws {TableAlreadyExistsError} unless `mode` is `ExistOk` or `Overwrite`
   * @example await lance.createTable({ id: ['sales', 'orders'] }, tableToIPC(table, 'stream'))
   */
  createTable(
    request: About<CreateTableRequest>,
    data: ArrowData,
    options?: CallOptions,
  ): Promise<CreateTableResponse>

  /** Appends rows, or replaces all rows with `mode: 'Overwrite'`. @throws {TableNotFoundError} */
  insertIntoTable(
    request: About<InsertIntoTableRequest>,
    data: ArrowData,
    options?: CallOptions,
  ): Promise<InsertIntoTableResponse>

  /**
   * Merges rows into a table by the column `on`. The request selects whether matching rows are updated, other uploaded
   * rows are inserted, and other rows of the table are deleted.
   *
   * @throws {TableNotFoundError} {TableColumnNotFoundError}
   */
  mergeInsertIntoTable(
    request: About<MergeInsertIntoTableRequest> & { readonly on: string },
    data: ArrowData,
    options?: CallOptions,
  ): Promise<MergeInsertIntoTableResponse>

  /**
   * Sets columns by SQL expressions in the rows that match the predicate.
   *
   * @example await lance.updateTable({ id, predicate: 'id = 1', updates: [['name', "'lamp'"]] })
   */
  updateTable(request: About<UpdateTableRequest>, options?: CallOptions): Promise<UpdateTableResponse>

  deleteFromTable(
    request: About<DeleteFromTableRequest>,
    options?: CallOptions,
  ): Promise<DeleteFromTableResponse>

  /** Counts all rows, or those that match the predicate. */
  countTableRows(request: About<CountTableRowsRequest>, options?: CallOptions): Promise<Int64>
}

export const dataOperations = (session: Session): DataOperations => ({
  createTable: (request, data, options) =>
    callJson(session, 'CreateTable', decodeCreateTableResponse, request, { ...options, data }),
  insertIntoTable: (request, data, options) =>
    callJson(session, 'InsertIntoTable', decodeInsertIntoTableResponse, request, { ...options, data }),
  mergeInsertIntoTable: (request, data, options) =>
    callJson(session, 'MergeInsertIntoTable', decodeMergeInsertIntoTableResponse, request, {
      ...options,
      data,
    }),
  updateTable: (request, options) =>
    callJson(session, 'UpdateTable', decodeUpdateTableResponse, request, options),
  deleteFromTable: (request, options) =>
    callJson(session, 'DeleteFromTable', decodeDeleteFromTableResponse, request, options),
  countTableRows: async (request, options) =>
    readCount('CountTableRows', await call(session, 'CountTableRows', request, options)),
})
