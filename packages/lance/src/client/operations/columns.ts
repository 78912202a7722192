import type { StringMap } from '../../model/decode.ts'
import {
  decodeAlterTableAddColumnsResponse,
  decodeAlterTableAlterColumnsResponse,
  decodeAlterTableBackfillColumnsResponse,
  decodeAlterTableDropColumnsResponse,
  decodeUpdateFieldMetadataResponse,
  type AlterTableAddColumnsRequest,
  type AlterTableAddColumnsResponse,
  type AlterTableAlterColumnsRequest,
  type AlterTableAlterColumnsResponse,
  type AlterTableBackfillColumnsRequest,
  type AlterTableBackfillColumnsResponse,
  type AlterTableDropColumnsRequest,
  type AlterTableDropColumnsResponse,
  type UpdateFieldMetadataRequest,
  type UpdateFieldMetadataResponse,
  type UpdateTableSchemaMetadataRequest,
} from '../../model/wire/columns.ts'
import { readMap } from '../answers.ts'
import type { CallOptions } from '../call-options.ts'
import { call } from '../call.ts'
import type { Session } from '../session.ts'
import { respond, type About } from './respond.ts'

/** Columns and what is written about them. */
export interface ColumnOperations {
  /**
   * Adds columns, filled by SQL expressions over the rows that are there.
   *
   * @throws {TableNotFoundError} {TableSchemaValidationError}
   * @example await lance.alterTableAddColumns({ id, new_columns: [{ name: 'total', expression: 'price * amount' }] })
   */
  alterTableAddColumns(
    request: About<AlterTableAddColumnsRequest>,
    options?: CallOptions,
  ): Promise<AlterTableAddColumnsResponse>

  /** Renames columns, changes their type or whether they may be null. @throws {TableColumnNotFoundError} */
  alterTableAlterColumns(
    request: About<AlterTableAlterColumnsRequest>,
    options?: CallOptions,
  ): Promise<AlterTableAlterColumnsResponse>

  /** @throws {TableColumnNotFoundError} */
  alterTableDropColumns(
    request: About<AlterTableDropColumnsRequest>,
    options?: CallOptions,
  ): Promise<AlterTableDropColumnsResponse>

  /** Starts the job that fills a computed column. */
  alterTableBackfillColumns(
    request: About<AlterTableBackfillColumnsRequest>,
    options?: CallOptions,
  ): Promise<AlterTableBackfillColumnsResponse>

  /** Merges into the metadata of fields, or replaces it; null deletes a key. @throws {TableColumnNotFoundError} */
  updateFieldMetadata(
    request: About<UpdateFieldMetadataRequest>,
    options?: CallOptions,
  ): Promise<UpdateFieldMetadataResponse>

  /** Replaces the metadata of a table's schema. @returns what it is now */
  updateTableSchemaMetadata(
    request: About<UpdateTableSchemaMetadataRequest>,
    options?: CallOptions,
  ): Promise<StringMap>
}

export const columnOperations = (session: Session): ColumnOperations => ({
  alterTableAddColumns: (request, options) =>
    respond(session, 'AlterTableAddColumns', decodeAlterTableAddColumnsResponse, request, options),
  alterTableAlterColumns: (request, options) =>
    respond(session, 'AlterTableAlterColumns', decodeAlterTableAlterColumnsResponse, request, options),
  alterTableDropColumns: (request, options) =>
    respond(session, 'AlterTableDropColumns', decodeAlterTableDropColumnsResponse, request, options),
  alterTableBackfillColumns: (request, options) =>
    respond(session, 'AlterTableBackfillColumns', decodeAlterTableBackfillColumnsResponse, request, options),
  updateFieldMetadata: (request, options) =>
    respond(session, 'UpdateFieldMetadata', decodeUpdateFieldMetadataResponse, request, options),
  updateTableSchemaMetadata: async (request, options) =>
    readMap('UpdateTableSchemaMetadata', await call(session, 'UpdateTableSchemaMetadata', request, options)),
})
