export type { Decoder, OpenEnum, StringMap } from './decode.ts'
export { isLanceErrorCode, lanceErrorNames, type LanceErrorCode } from './error-codes.ts'
export {
  DEFAULT_DELIMITER,
  encodeIdentifier,
  encodeSegment,
  formatIdentifier,
  parseIdentifier,
  strictEncode,
  type Identifier,
} from './identifier.ts'
export { operation, operations, type Operation, type OperationId } from './operations.ts'
export { WireError } from './wire-error.ts'
export * from './wire/arrow-schema.ts'
export * from './wire/batch-commit.ts'
export * from './wire/branch.ts'
export * from './wire/columns.ts'
export * from './wire/common.ts'
export * from './wire/full-text-query.ts'
export * from './wire/index-operation.ts'
export * from './wire/materialized-view.ts'
export * from './wire/namespace.ts'
export * from './wire/partition.ts'
export * from './wire/query.ts'
export * from './wire/statistics.ts'
export * from './wire/table-data.ts'
export * from './wire/table-version.ts'
export * from './wire/table.ts'
export * from './wire/tag.ts'
export * from './wire/transaction.ts'
