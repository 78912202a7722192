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
import { readCount } from '../answers.ts'
import type { ArrowData } from '../arrow/arrow-data.ts'
import type { CallOptions } from '../call-options.ts'
import { call } from '../call.ts'
import type { Session } from '../session.ts'
import { respond, type About } from './respond.ts'

/** Rows go out as Arrow IPC streams: see `ArrowData`. */
export interface DataOperations {
  /**
   * Creates a table of rows.
   *
   * @throws {TableAlreadyExistsError} unless `mode` is `ExistOk` or `Overwrite`
   * @example await lance.createTable({ id: ['sales', 'orders'] }, tableToIPC(table, 'stream'))
   */
  createTable(
    request: About<CreateTableRequest>,
    data: ArrowData,
    options?: CallOptions,
  ): Promise<CreateTableResponse>

  /** Appends rows, or with `mode: 'Overwrite'` puts them in the place of all others. @throws {TableNotFoundError} */
  insertIntoTable(
    request: About<InsertIntoTableRequest>,
    data: ArrowData,
    options?: CallOptions,
  ): Promise<InsertIntoTableResponse>

  /**
   * Updates rows that match in the column `on`, inserts others, deletes what is not among them: as the request says.
   *
   * @throws {TableNotFoundError} {TableColumnNotFoundError}
   */
  mergeInsertIntoTable(
    request: About<MergeInsertIntoTableRequest> & { readonly on: string },
    data: ArrowData,
    options?: CallOptions,
  ): Promise<MergeInsertIntoTableResponse>

  /**
   * Sets columns by SQL expressions, in the rows for which the predicate holds.
   *
   * @example await lance.updateTable({ id, predicate: 'id = 1', updates: [['name', "'lamp'"]] })
   */
  updateTable(request: About<UpdateTableRequest>, options?: CallOptions): Promise<UpdateTableResponse>

  deleteFromTable(
    request: About<DeleteFromTableRequest>,
    options?: CallOptions,
  ): Promise<DeleteFromTableResponse>

  /** How many rows there are, or for how many the predicate holds. */
  countTableRows(request: About<CountTableRowsRequest>, options?: CallOptions): Promise<Int64>
}

export const dataOperations = (session: Session): DataOperations => ({
  createTable: (request, data, options) =>
    respond(session, 'CreateTable', decodeCreateTableResponse, request, { ...options, data }),
  insertIntoTable: (request, data, options) =>
    respond(session, 'InsertIntoTable', decodeInsertIntoTableResponse, request, { ...options, data }),
  mergeInsertIntoTable: (request, data, options) =>
    respond(session, 'MergeInsertIntoTable', decodeMergeInsertIntoTableResponse, request, {
      ...options,
      data,
    }),
  updateTable: (request, options) =>
    respond(session, 'UpdateTable', decodeUpdateTableResponse, request, options),
  deleteFromTable: (request, options) =>
    respond(session, 'DeleteFromTable', decodeDeleteFromTableResponse, request, options),
  countTableRows: async (request, options) =>
    readCount('CountTableRows', await call(session, 'CountTableRows', request, options)),
})
