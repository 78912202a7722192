import { isLanceErrorCode, type LanceErrorCode } from '../../model/error-codes.ts'
import { LanceNamespaceError, type LanceErrorDetails } from './lance-namespace-error.ts'

// Each numeric code has a class. The names are those of Lance's Python package.

export class UnsupportedOperationError extends LanceNamespaceError {
  override readonly name = 'UnsupportedOperationError'
}
export class NamespaceNotFoundError extends LanceNamespaceError {
  override readonly name = 'NamespaceNotFoundError'
}
export class NamespaceAlreadyExistsError extends LanceNamespaceError {
  override readonly name = 'NamespaceAlreadyExistsError'
}
export class NamespaceNotEmptyError extends LanceNamespaceError {
  override readonly name = 'NamespaceNotEmptyError'
}
export class TableNotFoundError extends LanceNamespaceError {
  override readonly name = 'TableNotFoundError'
}
export class TableAlreadyExistsError extends LanceNamespaceError {
  override readonly name = 'TableAlreadyExistsError'
}
export class TableIndexNotFoundError extends LanceNamespaceError {
  override readonly name = 'TableIndexNotFoundError'
}
export class TableIndexAlreadyExistsError extends LanceNamespaceError {
  override readonly name = 'TableIndexAlreadyExistsError'
}
export class TableTagNotFoundError extends LanceNamespaceError {
  override readonly name = 'TableTagNotFoundError'
}
export class TableTagAlreadyExistsError extends LanceNamespaceError {
  override readonly name = 'TableTagAlreadyExistsError'
}
export class TransactionNotFoundError extends LanceNamespaceError {
  override readonly name = 'TransactionNotFoundError'
}
export class TableVersionNotFoundError extends LanceNamespaceError {
  override readonly name = 'TableVersionNotFoundError'
}
export class TableColumnNotFoundError extends LanceNamespaceError {
  override readonly name = 'TableColumnNotFoundError'
}
export class InvalidInputError extends LanceNamespaceError {
  override readonly name = 'InvalidInputError'
}
export class ConcurrentModificationError extends LanceNamespaceError {
  override readonly name = 'ConcurrentModificationError'
}
export class PermissionDeniedError extends LanceNamespaceError {
  override readonly name = 'PermissionDeniedError'
}
export class UnauthenticatedError extends LanceNamespaceError {
  override readonly name = 'UnauthenticatedError'
}
export class ServiceUnavailableError extends LanceNamespaceError {
  override readonly name = 'ServiceUnavailableError'
}
export class InternalError extends LanceNamespaceError {
  override readonly name = 'InternalError'
}
export class InvalidTableStateError extends LanceNamespaceError {
  override readonly name = 'InvalidTableStateError'
}
export class TableSchemaValidationError extends LanceNamespaceError {
  override readonly name = 'TableSchemaValidationError'
}
export class ThrottlingError extends LanceNamespaceError {
  override readonly name = 'ThrottlingError'
}
export class TableBranchNotFoundError extends LanceNamespaceError {
  override readonly name = 'TableBranchNotFoundError'
}
export class TableBranchAlreadyExistsError extends LanceNamespaceError {
  override readonly name = 'TableBranchAlreadyExistsError'
}

type ErrorClass = new (
  message: string,
  details: LanceErrorDetails,
  options?: ErrorOptions,
) => LanceNamespaceError

export const errorClasses: Readonly<Record<LanceErrorCode, ErrorClass>> = {
  0: UnsupportedOperationError,
  1: NamespaceNotFoundError,
  2: NamespaceAlreadyExistsError,
  3: NamespaceNotEmptyError,
  4: TableNotFoundError,
  5: TableAlreadyExistsError,
  6: TableIndexNotFoundError,
  7: TableIndexAlreadyExistsError,
  8: TableTagNotFoundError,
  9: TableTagAlreadyExistsError,
  10: TransactionNotFoundError,
  11: TableVersionNotFoundError,
  12: TableColumnNotFoundError,
  13: InvalidInputError,
  14: ConcurrentModificationError,
  15: PermissionDeniedError,
  16: UnauthenticatedError,
  17: ServiceUnavailableError,
  18: InternalError,
  19: InvalidTableStateError,
  20: TableSchemaValidationError,
  21: ThrottlingError,
  22: TableBranchNotFoundError,
  23: TableBranchAlreadyExistsError,
}

/** Creates an error of the class that belongs to its numeric code. */
export function lanceError(message: string, details: LanceErrorDetails): LanceNamespaceError {
  const { code } = details
  const Class = isLanceErrorCode(code) ? errorClasses[code] : LanceNamespaceError
  return new Class(message, details)
}

const ERROR_NAMES: ReadonlySet<string> = new Set([
  'LanceNamespaceError',
  'InvalidAnswerError',
  ...Object.values(errorClasses).map((errorClass) => errorClass.name),
])

/**
 * Returns whether a value is a `LanceNamespaceError`. Also recognizes errors that another copy of this package
 * created.
 *
 * @param code code that the error must have. Default: any code
 */
export function isLanceError(error: unknown, code?: LanceErrorCode): error is LanceNamespaceError {
  if (!(error instanceof Error) || !ERROR_NAMES.has(error.name) || !('code' in error && 'operation' in error))
    return false
  return code === undefined || error.code === code
}
