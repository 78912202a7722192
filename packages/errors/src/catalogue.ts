/** Status and types by which each protocol represents one kind of error. */
export interface ErrorKind {
  /** HTTP status code of the response. */
  readonly status: number
  /** `type` of the Iceberg REST error body (Iceberg REST specification, `ErrorModel`). */
  readonly iceberg: string
  /** `code` of the Lance Namespace error body (Lance Namespace specification, `ErrorResponse`). */
  readonly lance: number
  /** Value of `error` in an OAuth error response (RFC 6749, section 5.2). */
  readonly oauth?: string
  /** Value of `Code` in an S3 error document. */
  readonly s3?: string
}

/** All kinds of errors of Headgate, keyed by their stable codes. */
export const catalogue = {
  'bad-request': {
    status: 400,
    iceberg: 'BadRequestException',
    lance: 13,
    oauth: 'invalid_request',
    s3: 'InvalidRequest',
  },
  // The Java client of Iceberg converts this type to an IllegalArgumentException, which a local catalog also throws.
  'illegal-argument': { status: 400, iceberg: 'IllegalArgumentException', lance: 13 },
  'invalid-client': {
    status: 401,
    iceberg: 'NotAuthorizedException',
    lance: 16,
    oauth: 'invalid_client',
    s3: 'InvalidAccessKeyId',
  },
  'invalid-grant': { status: 400, iceberg: 'BadRequestException', lance: 13, oauth: 'invalid_grant' },
  'invalid-target': { status: 400, iceberg: 'BadRequestException', lance: 13, oauth: 'invalid_target' },
  // RFC 6749, section 5.2: the client is authenticated, but must not use this grant type.
  'unauthorized-client': {
    status: 400,
    iceberg: 'BadRequestException',
    lance: 15,
    oauth: 'unauthorized_client',
  },
  'invalid-scope': { status: 400, iceberg: 'BadRequestException', lance: 13, oauth: 'invalid_scope' },
  'unsupported-grant-type': {
    status: 400,
    iceberg: 'BadRequestException',
    lance: 13,
    oauth: 'unsupported_grant_type',
  },
  unauthenticated: {
    status: 401,
    iceberg: 'NotAuthorizedException',
    lance: 16,
    oauth: 'invalid_token',
    s3: 'AccessDenied',
  },
  forbidden: {
    status: 403,
    iceberg: 'ForbiddenException',
    lance: 15,
    oauth: 'unauthorized_client',
    s3: 'AccessDenied',
  },
  protected: { status: 403, iceberg: 'ForbiddenException', lance: 15 },
  'no-such-route': { status: 404, iceberg: 'NotFoundException', lance: 0, s3: 'NoSuchKey' },
  'no-such-warehouse': { status: 404, iceberg: 'NoSuchWarehouseException', lance: 1 },
  'no-such-namespace': { status: 404, iceberg: 'NoSuchNamespaceException', lance: 1 },
  'no-such-plan-id': { status: 404, iceberg: 'NoSuchPlanIdException', lance: 4 },
  'no-such-plan-task': { status: 404, iceberg: 'NoSuchPlanTaskException', lance: 4 },
  'no-such-table': { status: 404, iceberg: 'NoSuchTableException', lance: 4 },
  'no-such-view': { status: 404, iceberg: 'NoSuchViewException', lance: 4 },
  'no-such-file': { status: 404, iceberg: 'NotFoundException', lance: 19, s3: 'NoSuchKey' },
  'no-such-upload': { status: 404, iceberg: 'NotFoundException', lance: 13, s3: 'NoSuchUpload' },
  'no-such-object': { status: 404, iceberg: 'NotFoundException', lance: 13 },
  'method-not-allowed': {
    status: 405,
    iceberg: 'UnsupportedOperationException',
    lance: 0,
    s3: 'MethodNotAllowed',
  },
  unsupported: { status: 406, iceberg: 'UnsupportedOperationException', lance: 0, s3: 'NotImplemented' },
  'request-timeout': { status: 408, iceberg: 'BadRequestException', lance: 17, s3: 'RequestTimeout' },
  'already-exists': { status: 409, iceberg: 'AlreadyExistsException', lance: 5 },
  conflict: { status: 409, iceberg: 'ConflictException', lance: 14 },
  'commit-failed': { status: 409, iceberg: 'CommitFailedException', lance: 14 },
  'namespace-not-empty': { status: 409, iceberg: 'NamespaceNotEmptyException', lance: 3 },
  'precondition-failed': { status: 412, iceberg: 'BadRequestException', lance: 14, s3: 'PreconditionFailed' },
  'payload-too-large': { status: 413, iceberg: 'BadRequestException', lance: 13, s3: 'EntityTooLarge' },
  'invalid-range': { status: 416, iceberg: 'BadRequestException', lance: 13, s3: 'InvalidRange' },
  'header-too-large': { status: 431, iceberg: 'BadRequestException', lance: 13 },
  unprocessable: { status: 422, iceberg: 'UnprocessableEntityException', lance: 13 },
  'too-many-requests': {
    status: 429,
    iceberg: 'SlowDownException',
    lance: 21,
    oauth: 'slow_down',
    s3: 'SlowDown',
  },
  internal: {
    status: 500,
    iceberg: 'InternalServerError',
    lance: 18,
    oauth: 'server_error',
    s3: 'InternalError',
  },
  // The content of a metadata file does not match its recorded checksum.
  'damaged-metadata': { status: 500, iceberg: 'InternalServerError', lance: 18 },
  'commit-state-unknown': { status: 500, iceberg: 'CommitStateUnknownException', lance: 18 },
  // A proxy forwarded the request, and the result of the request is unknown.
  'bad-gateway': { status: 502, iceberg: 'InternalServerError', lance: 17 },
  'gateway-timeout': { status: 504, iceberg: 'InternalServerError', lance: 17 },
  unavailable: {
    status: 503,
    iceberg: 'ServiceUnavailableException',
    lance: 17,
    oauth: 'temporarily_unavailable',
    s3: 'ServiceUnavailable',
  },
  // The following errors concern indices, tags, branches, versions and columns of a table. Only the Lance protocol has
  // separate error codes for them.
  'namespace-already-exists': { status: 409, iceberg: 'AlreadyExistsException', lance: 2 },
  'no-such-index': { status: 404, iceberg: 'NotFoundException', lance: 6 },
  'index-already-exists': { status: 409, iceberg: 'AlreadyExistsException', lance: 7 },
  'no-such-tag': { status: 404, iceberg: 'NotFoundException', lance: 8 },
  'tag-already-exists': { status: 409, iceberg: 'AlreadyExistsException', lance: 9 },
  'no-such-transaction': { status: 404, iceberg: 'NotFoundException', lance: 10 },
  'no-such-version': { status: 404, iceberg: 'NotFoundException', lance: 11 },
  'no-such-column': { status: 404, iceberg: 'NotFoundException', lance: 12 },
  'invalid-table-state': { status: 409, iceberg: 'ConflictException', lance: 19 },
  'invalid-table-schema': { status: 400, iceberg: 'BadRequestException', lance: 20 },
  'no-such-branch': { status: 404, iceberg: 'NotFoundException', lance: 22 },
  'branch-already-exists': { status: 409, iceberg: 'AlreadyExistsException', lance: 23 },
} as const

/** Stable code of an error. Programs may compare it; messages may change. */
export type ErrorCode = keyof typeof catalogue
