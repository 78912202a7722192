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
import { readMap } from '../responses.ts'
import type { CallOptions } from '../call-options.ts'
import { call } from '../call.ts'
import type { Session } from '../session.ts'
import { callJson, type About } from './call-json.ts'

/** Operations on the columns of a table, and on the metadata of columns and of the schema. */
export interface ColumnOperations {
  /**
   * Adds columns, and computes their values in existing rows with SQL expressions.
   *
   * @throws {TableNotFoundError} {TableSchemaValidationError}
   * @example await lance.alterTableAddColumns({ id, new_columns: [{ name: 'total', expression: 'price * amount' }] })
   */
  alterTableAddColumns(
    request: About<AlterTableAddColumnsRequest>,
    options?: CallOptions,
  ): Promise<AlterTableAddColumnsResponse>

  /** Changes the name, the type or the nullability of columns of a table. @throws {TableColumnNotFoundError} */
  alterTableAlterColumns(
    request: About<AlterTableAlterColumnsRequest>,
    options?: CallOptions,
  ): Promise<AlterTableAlterColumnsResponse>

  /**
   * Drops columns of a table.
   *
   * @throws {TableColumnNotFoundError}
   */
  alterTableDropColumns(
    request: About<AlterTableDropColumnsRequest>,
    options?: CallOptions,
  ): Promise<AlterTableDropColumnsResponse>

  /** Starts a job on the server that computes the values of a column in existing rows. */
  alterTableBackfillColumns(
    request: About<AlterTableBackfillColumnsRequest>,
    options?: CallOptions,
  ): Promise<AlterTableBackfillColumnsResponse>

  /** Updates or replaces the metadata of columns. The value null deletes a key. @throws {TableColumnNotFoundError} */
  updateFieldMetadata(
    request: About<UpdateFieldMetadataRequest>,
    options?: CallOptions,
  ): Promise<UpdateFieldMetadataResponse>

  /** Replaces the metadata of a table's schema. @returns the new metadata */
  updateTableSchemaMetadata(
    request: About<UpdateTableSchemaMetadataRequest>,
    options?: CallOptions,
  ): Promise<StringMap>
}

export const columnOperations = (session: Session): ColumnOperations => ({
  alterTableAddColumns: (request, options) =>
    callJson(session, 'AlterTableAddColumns', decodeAlterTableAddColumnsResponse, request, options),
  alterTableAlterColumns: (request, options) =>
    callJson(session, 'AlterTableAlterColumns', decodeAlterTableAlterColumnsResponse, request, options),
  alterTableDropColumns: (request, options) =>
    callJson(session, 'AlterTableDropColumns', decodeAlterTableDropColumnsResponse, request, options),
  alterTableBackfillColumns: (request, options) =>
    callJson(session, 'AlterTableBackfillColumns', decodeAlterTableBackfillColumnsResponse, request, options),
  updateFieldMetadata: (request, options) =>
    callJson(session, 'UpdateFieldMetadata', decodeUpdateFieldMetadataResponse, request, options),
  updateTableSchemaMetadata: async (request, options) =>
    readMap('UpdateTableSchemaMetadata', await call(session, 'UpdateTableSchemaMetadata', request, options)),
})
