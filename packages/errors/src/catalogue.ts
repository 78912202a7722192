/**
 * Every error of ours, once: its stable code, the HTTP status, and what each protocol calls it.
 *
 * `iceberg` is the `type` of the Iceberg REST error body (Iceberg REST specification, `ErrorModel`),
 * `oauth` the `error` of RFC 6749 section 5.2, `s3` the `Code` of an S3 error document.
 */
export interface ErrorKind {
  readonly status: number
  readonly iceberg: string
  readonly oauth?: string
  readonly s3?: string
}

export const catalogue = {
  'bad-request': {
    status: 400,
    iceberg: 'BadRequestException',
    oauth: 'invalid_request',
    s3: 'InvalidRequest',
  },
  // What Iceberg's Java client turns into an IllegalArgumentException, as a local catalog would throw.
  'illegal-argument': { status: 400, iceberg: 'IllegalArgumentException' },
  'invalid-client': {
    status: 401,
    iceberg: 'NotAuthorizedException',
    oauth: 'invalid_client',
    s3: 'InvalidAccessKeyId',
  },
  'invalid-grant': { status: 400, iceberg: 'BadRequestException', oauth: 'invalid_grant' },
  'invalid-target': { status: 400, iceberg: 'BadRequestException', oauth: 'invalid_target' },
  // RFC 6749 section 5.2: the client is known, but this is not for it.
  'unauthorized-client': { status: 400, iceberg: 'BadRequestException', oauth: 'unauthorized_client' },
  'invalid-scope': { status: 400, iceberg: 'BadRequestException', oauth: 'invalid_scope' },
  'unsupported-grant-type': { status: 400, iceberg: 'BadRequestException', oauth: 'unsupported_grant_type' },
  unauthenticated: {
    status: 401,
    iceberg: 'NotAuthorizedException',
    oauth: 'invalid_token',
    s3: 'AccessDenied',
  },
  forbidden: { status: 403, iceberg: 'ForbiddenException', oauth: 'unauthorized_client', s3: 'AccessDenied' },
  protected: { status: 403, iceberg: 'ForbiddenException' },
  'no-such-route': { status: 404, iceberg: 'NotFoundException', s3: 'NoSuchKey' },
  'no-such-warehouse': { status: 404, iceberg: 'NoSuchWarehouseException' },
  'no-such-namespace': { status: 404, iceberg: 'NoSuchNamespaceException' },
  'no-such-table': { status: 404, iceberg: 'NoSuchTableException' },
  'no-such-view': { status: 404, iceberg: 'NoSuchViewException' },
  'no-such-file': { status: 404, iceberg: 'NotFoundException', s3: 'NoSuchKey' },
  'no-such-upload': { status: 404, iceberg: 'NotFoundException', s3: 'NoSuchUpload' },
  'no-such-object': { status: 404, iceberg: 'NotFoundException' },
  'method-not-allowed': { status: 405, iceberg: 'UnsupportedOperationException', s3: 'MethodNotAllowed' },
  unsupported: { status: 406, iceberg: 'UnsupportedOperationException', s3: 'NotImplemented' },
  'request-timeout': { status: 408, iceberg: 'BadRequestException', s3: 'RequestTimeout' },
  'already-exists': { status: 409, iceberg: 'AlreadyExistsException' },
  conflict: { status: 409, iceberg: 'ConflictException' },
  'commit-failed': { status: 409, iceberg: 'CommitFailedException' },
  'namespace-not-empty': { status: 409, iceberg: 'NamespaceNotEmptyException' },
  'precondition-failed': { status: 412, iceberg: 'BadRequestException', s3: 'PreconditionFailed' },
  'payload-too-large': { status: 413, iceberg: 'BadRequestException', s3: 'EntityTooLarge' },
  'invalid-range': { status: 416, iceberg: 'BadRequestException', s3: 'InvalidRange' },
  'header-too-large': { status: 431, iceberg: 'BadRequestException' },
  unprocessable: { status: 422, iceberg: 'UnprocessableEntityException' },
  'too-many-requests': { status: 429, iceberg: 'SlowDownException', oauth: 'slow_down', s3: 'SlowDown' },
  internal: { status: 500, iceberg: 'InternalServerError', oauth: 'server_error', s3: 'InternalError' },
  'commit-state-unknown': { status: 500, iceberg: 'CommitStateUnknownException' },
  unavailable: {
    status: 503,
    iceberg: 'ServiceUnavailableException',
    oauth: 'temporarily_unavailable',
    s3: 'ServiceUnavailable',
  },
} as const

/** The stable code of an error: what programs may switch on. */
export type ErrorCode = keyof typeof catalogue
