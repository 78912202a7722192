/** Names of the numeric error codes of the protocol (Lance Namespace specification, `ErrorResponse`). */
export const lanceErrorNames = {
  0: 'Unsupported',
  1: 'NamespaceNotFound',
  2: 'NamespaceAlreadyExists',
  3: 'NamespaceNotEmpty',
  4: 'TableNotFound',
  5: 'TableAlreadyExists',
  6: 'TableIndexNotFound',
  7: 'TableIndexAlreadyExists',
  8: 'TableTagNotFound',
  9: 'TableTagAlreadyExists',
  10: 'TransactionNotFound',
  11: 'TableVersionNotFound',
  12: 'TableColumnNotFound',
  13: 'InvalidInput',
  14: 'ConcurrentModification',
  15: 'PermissionDenied',
  16: 'Unauthenticated',
  17: 'ServiceUnavailable',
  18: 'Internal',
  19: 'InvalidTableState',
  20: 'TableSchemaValidationError',
  21: 'Throttling',
  22: 'TableBranchNotFound',
  23: 'TableBranchAlreadyExists',
} as const

/** Numeric error code of the specification. */
export type LanceErrorCode = keyof typeof lanceErrorNames

/** Returns whether a value is an error code of the specification. Servers of later versions may send other codes. */
export const isLanceErrorCode = (code: unknown): code is LanceErrorCode =>
  typeof code === 'number' && Object.hasOwn(lanceErrorNames, code)
