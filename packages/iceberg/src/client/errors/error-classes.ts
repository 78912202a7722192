import { IcebergRestError, type RestErrorDetails } from './rest-error.ts'

// Each error type of the protocol has one class. The class names are the names that PyIceberg uses.

export class BadRequestError extends IcebergRestError {
  override readonly name = 'BadRequestError'
}
export class NotAuthorizedError extends IcebergRestError {
  override readonly name = 'NotAuthorizedError'
}
export class ForbiddenError extends IcebergRestError {
  override readonly name = 'ForbiddenError'
}
export class NoSuchWarehouseError extends IcebergRestError {
  override readonly name = 'NoSuchWarehouseError'
}
export class NoSuchNamespaceError extends IcebergRestError {
  override readonly name = 'NoSuchNamespaceError'
}
export class NoSuchTableError extends IcebergRestError {
  override readonly name = 'NoSuchTableError'
}
export class NoSuchViewError extends IcebergRestError {
  override readonly name = 'NoSuchViewError'
}
export class NoSuchFunctionError extends IcebergRestError {
  override readonly name = 'NoSuchFunctionError'
}
export class NoSuchPlanIdError extends IcebergRestError {
  override readonly name = 'NoSuchPlanIdError'
}
export class NoSuchPlanTaskError extends IcebergRestError {
  override readonly name = 'NoSuchPlanTaskError'
}
export class UnsupportedOperationError extends IcebergRestError {
  override readonly name = 'UnsupportedOperationError'
}
export class AlreadyExistsError extends IcebergRestError {
  override readonly name = 'AlreadyExistsError'
}
export class NamespaceNotEmptyError extends IcebergRestError {
  override readonly name = 'NamespaceNotEmptyError'
}
/**
 * Error for a commit whose requirement does not hold, for example after another commit. The server changed nothing,
 * unless `outcomeUnknown` is true.
 */
export class CommitFailedError extends IcebergRestError {
  override readonly name = 'CommitFailedError'
}
/** Error for a commit that the server may have executed. Keep the files that the commit refers to. */
export class CommitStateUnknownError extends IcebergRestError {
  override readonly name = 'CommitStateUnknownError'
}
export class AuthenticationTimeoutError extends IcebergRestError {
  override readonly name = 'AuthenticationTimeoutError'
}
export class UnprocessableEntityError extends IcebergRestError {
  override readonly name = 'UnprocessableEntityError'
}
export class TooManyRequestsError extends IcebergRestError {
  override readonly name = 'TooManyRequestsError'
}
export class ServerError extends IcebergRestError {
  override readonly name = 'ServerError'
}
export class ServiceUnavailableError extends IcebergRestError {
  override readonly name = 'ServiceUnavailableError'
}

type ErrorClass = new (message: string, details: RestErrorDetails, options?: ErrorOptions) => IcebergRestError

/** Error classes by the error types of the specification and of the reference implementation. */
export const errorClasses: Readonly<Record<string, ErrorClass>> = {
  BadRequestException: BadRequestError,
  IllegalArgumentException: BadRequestError,
  ValidationException: BadRequestError,
  NotAuthorizedException: NotAuthorizedError,
  ForbiddenException: ForbiddenError,
  NoSuchWarehouseException: NoSuchWarehouseError,
  NoSuchNamespaceException: NoSuchNamespaceError,
  NoSuchTableException: NoSuchTableError,
  NoSuchIcebergTableException: NoSuchTableError,
  NoSuchViewException: NoSuchViewError,
  NoSuchFunctionException: NoSuchFunctionError,
  NoSuchPlanIdException: NoSuchPlanIdError,
  NoSuchPlanTaskException: NoSuchPlanTaskError,
  UnsupportedOperationException: UnsupportedOperationError,
  AlreadyExistsException: AlreadyExistsError,
  NamespaceNotEmptyException: NamespaceNotEmptyError,
  CommitFailedException: CommitFailedError,
  CommitStateUnknownException: CommitStateUnknownError,
  AuthenticationTimeoutException: AuthenticationTimeoutError,
  UnprocessableEntityException: UnprocessableEntityError,
  TooManyRequestsException: TooManyRequestsError,
  SlowDownException: ServiceUnavailableError,
  ServiceUnavailableException: ServiceUnavailableError,
  InternalServerError: ServerError,
  InternalServerException: ServerError,
}

/**
 * Error classes by HTTP status, for responses with an unknown error type. The status 404 has no class, because it can
 * also mean that the route does not exist.
 */
const classesByStatus: Readonly<Record<number, ErrorClass>> = {
  400: BadRequestError,
  401: NotAuthorizedError,
  403: ForbiddenError,
  406: UnsupportedOperationError,
  419: AuthenticationTimeoutError,
  422: UnprocessableEntityError,
  429: TooManyRequestsError,
  501: UnsupportedOperationError,
  503: ServiceUnavailableError,
}

/**
 * Error classes for the status 409 by operation, for responses with an unknown error type, as in Iceberg for Java.
 */
const conflictClasses: Readonly<Record<string, ErrorClass>> = {
  updateTable: CommitFailedError,
  commitTransaction: CommitFailedError,
  replaceView: CommitFailedError,
  dropNamespace: NamespaceNotEmptyError,
  createNamespace: AlreadyExistsError,
  createTable: AlreadyExistsError,
  registerTable: AlreadyExistsError,
  renameTable: AlreadyExistsError,
  createView: AlreadyExistsError,
  registerView: AlreadyExistsError,
  renameView: AlreadyExistsError,
}

const COMMIT_OPERATIONS: ReadonlySet<string> = new Set(['updateTable', 'replaceView', 'commitTransaction'])

/** Creates an error of the class that belongs to the error type, or to the HTTP status if the type is unknown. */
export function restError(message: string, details: RestErrorDetails): IcebergRestError {
  return new (chooseClass(details))(message, details)
}

function chooseClass({ operation, status, type, outcomeUnknown }: RestErrorDetails): ErrorClass {
  const serverError = status >= 500 ? ServerError : undefined
  // The specification states that a 5xx response to a commit means an unknown outcome, regardless of the error type.
  if (serverError !== undefined && outcomeUnknown && COMMIT_OPERATIONS.has(operation))
    return CommitStateUnknownError
  const typed = type !== null && Object.hasOwn(errorClasses, type) ? errorClasses[type] : undefined
  const conflict =
    status === 409 && Object.hasOwn(conflictClasses, operation) ? conflictClasses[operation] : undefined
  return typed ?? conflict ?? classesByStatus[status] ?? serverError ?? IcebergRestError
}

/**
 * Returns whether a value is an `IcebergRestError`. If `type` is passed, the error must also have this protocol type.
 * Also recognizes errors that another copy of this package created.
 *
 * @example
 * ```ts
 * const error: unknown = await catalog.loadTable(orders).catch((thrown: unknown) => thrown)
 * if (isRestError(error, 'NoSuchTableException')) console.error(error.message)
 * ```
 */
export function isRestError(error: unknown, type?: string): error is IcebergRestError {
  if (!(error instanceof Error) || !ERROR_MEMBERS.every((member) => member in error)) return false
  return type === undefined || ('type' in error && error.type === type)
}

/** Members by which `isRestError` recognizes an error. It does not use class names, because bundlers change them. */
const ERROR_MEMBERS = ['operation', 'status', 'type', 'outcomeUnknown'] as const
