import { IcebergRestError, type RestErrorDetails } from './rest-error.ts'

// One class for each error type of the protocol, with the names that PyIceberg gives them.

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
/** Somebody else committed first, or a requirement does not hold. Nothing was changed, unless `outcomeUnknown`. */
export class CommitFailedError extends IcebergRestError {
  override readonly name = 'CommitFailedError'
}
/** The commit may have been made. Its files must stay. */
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

/** By the types of the specification, and those that the reference implementation adds. */
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

/** What a status says by itself. 404 could be about anything, a route that does not exist too. */
const byStatus: Readonly<Record<number, ErrorClass>> = {
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

/** What a conflict is about, where its type does not say: as Iceberg for Java reads it. */
const conflicts: Readonly<Record<string, ErrorClass>> = {
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

const COMMITS: ReadonlySet<string> = new Set(['updateTable', 'replaceView', 'commitTransaction'])

/** An error of the class of its type, else of its status. */
export function restError(message: string, details: RestErrorDetails): IcebergRestError {
  return new (classOf(details))(message, details)
}

function classOf({ operation, status, type, outcomeUnknown }: RestErrorDetails): ErrorClass {
  const server = status >= 500 ? ServerError : undefined
  // By the specification, a server that fails at a commit does not know what became of it, whatever it calls that.
  if (server !== undefined && outcomeUnknown && COMMITS.has(operation)) return CommitStateUnknownError
  const typed = type !== null && Object.hasOwn(errorClasses, type) ? errorClasses[type] : undefined
  const conflict = status === 409 && Object.hasOwn(conflicts, operation) ? conflicts[operation] : undefined
  return typed ?? conflict ?? byStatus[status] ?? server ?? IcebergRestError
}

/**
 * Returns whether a value is an error response of a catalog, with this protocol type if one is passed. Recognizes errors of
 * another copy of this package.
 *
 * @example
 * ```ts
 * const error: unknown = await catalog.loadTable(orders).catch((thrown: unknown) => thrown)
 * if (isRestError(error, 'NoSuchTableException')) console.error(error.message)
 * ```
 */
export function isRestError(error: unknown, type?: string): error is IcebergRestError {
  if (!(error instanceof Error) || !MEMBERS.every((member) => member in error)) return false
  return type === undefined || ('type' in error && error.type === type)
}

/** By which such an error is known. Names of classes do not outlive bundlers. */
const MEMBERS = ['operation', 'status', 'type', 'outcomeUnknown'] as const
