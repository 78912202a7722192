/**
 * All errors of the S3 endpoint: the `Code`, by which SDKs decide whether to retry, with the HTTP status and the
 * message. The messages contain no details, because unauthenticated clients receive them; `S3Error.reason` contains
 * the details. Source: Amazon S3 API Reference, "Error responses".
 */
export const s3Errors = {
  AccessDenied: [403, 'Access denied.'],
  AuthorizationHeaderMalformed: [400, 'The authorization of the request is malformed.'],
  AuthorizationQueryParametersError: [400, 'The authorization in the query is malformed.'],
  BadDigest: [400, 'The checksum or Content-MD5 does not match the body.'],
  EntityTooLarge: [400, 'The body exceeds the allowed size.'],
  EntityTooSmall: [400, 'A part that is not the last one is smaller than the minimum size.'],
  // AWS returns the status 400 for this error. SDKs use only the code, but DuckDB refreshes its credentials only
  // after the status 401 or 403.
  ExpiredToken: [403, 'The session token has expired. Refresh the credentials.'],
  IncompleteBody: [400, 'The body is shorter than its announced length.'],
  InternalError: [
    500,
    'The server failed to process the request. Report the request id to the operator of the server.',
  ],
  InvalidAccessKeyId: [403, 'The access key id does not exist.'],
  InvalidArgument: [400, 'A header or parameter of the request is not valid.'],
  InvalidChunkSizeError: [400, 'A chunk of the body has a size that is not allowed.'],
  InvalidDigest: [400, 'Content-MD5 is not an MD5 sum in base64.'],
  InvalidPart: [400, 'A part does not exist, or its ETag is different.'],
  InvalidPartOrder: [400, 'The parts must be in ascending order.'],
  InvalidRange: [416, 'The object has no byte in this range.'],
  InvalidRequest: [400, 'The request is not valid.'],
  InvalidToken: [400, 'The session token is not valid.'],
  InvalidURI: [400, 'This server does not support this key or bucket name.'],
  KeyTooLongError: [400, 'The key is longer than 1,024 bytes.'],
  MalformedTrailerError: [400, 'The trailer of the body is malformed.'],
  MalformedXML: [400, 'The XML of the body is not valid for this operation.'],
  MethodNotAllowed: [405, 'This method is not allowed.'],
  MissingContentLength: [411, 'The request must announce the length of its body.'],
  MissingSecurityHeader: [400, 'The request lacks a required header.'],
  NoSuchBucket: [404, 'The bucket does not exist.'],
  NoSuchKey: [404, 'The key does not exist.'],
  NoSuchUpload: [404, 'The multipart upload does not exist. It may have been completed or aborted.'],
  NotImplemented: [501, 'This server does not support this request.'],
  PreconditionFailed: [412, 'A condition of the request, such as If-Match, is not true.'],
  RequestTimeTooSkewed: [
    403,
    'The difference between the time of the request and the time of the server is too large.',
  ],
  RequestTimeout: [400, 'The connection was idle for too long.'],
  ServiceUnavailable: [503, 'The storage cannot be reached. Try again.'],
  SignatureDoesNotMatch: [403, 'The signature does not match the request.'],
  SlowDown: [503, 'The server is handling its maximum number of requests. Try again in a moment.'],
  XAmzContentSHA256Mismatch: [400, 'The body does not match the signed hash.'],
} as const

/** Error code by which SDKs decide how to handle the error. */
export type S3Code = keyof typeof s3Errors

export interface S3ErrorOptions extends ErrorOptions {
  /** Detailed reason for the log and the audit event. The client does not receive it. */
  readonly reason?: string
  /** Message for the client. Default: the message of the code in `s3Errors`. */
  readonly message?: string
  /** Additional XML elements of the error document, by name. */
  readonly fields?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
}

/** Error that the server sends to an S3 client. */
export class S3Error extends Error {
  override readonly name = 'S3Error'
  readonly code: S3Code
  readonly status: number
  readonly reason: string | undefined
  readonly fields: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>

  constructor(code: S3Code, options: S3ErrorOptions = {}) {
    const [status, sentence] = s3Errors[code]
    super(options.message ?? sentence, options)
    this.code = code
    this.status = status
    this.reason = options.reason
    this.fields = options.fields ?? {}
    this.headers = options.headers ?? (status === 503 ? { 'retry-after': '1' } : {})
  }
}

/** Returns the error for a header or parameter with an invalid value. */
export function invalidArgument(name: string, why: string): S3Error {
  return new S3Error('InvalidArgument', { message: `${name} ${why}.`, fields: { ArgumentName: name } })
}
