/**
 * Every answer of this endpoint that is an error, once: its `Code`, which the SDKs act on, with the HTTP status and the
 * sentence that goes with it. The sentences say no more than a stranger may know; what happened is in `reason`.
 * Source: Amazon S3 API Reference, "Error responses".
 */
export const s3Errors = {
  AccessDenied: [403, 'Access denied.'],
  AuthorizationHeaderMalformed: [400, 'The authorization of the request is malformed.'],
  AuthorizationQueryParametersError: [400, 'The authorization in the query is malformed.'],
  BadDigest: [400, 'The checksum or Content-MD5 is not that of the body.'],
  EntityTooLarge: [400, 'The body is larger than is allowed.'],
  EntityTooSmall: [400, 'A part that is not the last one is smaller than the store allows.'],
  // AWS answers 400. SDKs act on the code; DuckDB renews its keys on 401 and 403 alone.
  ExpiredToken: [403, 'The session token has expired: refresh the credentials.'],
  IncompleteBody: [400, 'The body is not as long as was announced.'],
  InternalError: [500, 'The server failed. Ask its operator for the request id.'],
  InvalidAccessKeyId: [403, 'The access key id does not exist here.'],
  InvalidArgument: [400, 'A header or parameter of the request is not valid.'],
  InvalidChunkSizeError: [400, 'A chunk of the body has a size that is not allowed.'],
  InvalidDigest: [400, 'Content-MD5 is not an MD5 sum in base64.'],
  InvalidPart: [400, 'A part is not there, or its ETag is another one.'],
  InvalidPartOrder: [400, 'Parts must be named in ascending order.'],
  InvalidRange: [416, 'The object has no byte in this range.'],
  InvalidRequest: [400, 'The request is not valid.'],
  InvalidToken: [400, 'The session token is not valid.'],
  InvalidURI: [400, 'The key or bucket cannot be used here.'],
  KeyTooLongError: [400, 'The key is longer than 1,024 bytes.'],
  MalformedTrailerError: [400, 'What follows the body is malformed.'],
  MalformedXML: [400, 'The XML of the body is not what this operation takes.'],
  MethodNotAllowed: [405, 'This method is not allowed here.'],
  MissingContentLength: [411, 'The length of the body must be announced.'],
  MissingSecurityHeader: [400, 'The request lacks a header that it needs.'],
  NoSuchBucket: [404, 'The bucket does not exist.'],
  NoSuchKey: [404, 'The key does not exist.'],
  NoSuchUpload: [404, 'The upload does not exist: it may have been completed or aborted.'],
  NotImplemented: [501, 'What the request asks for does not exist here.'],
  PreconditionFailed: [412, 'A condition of the request does not hold.'],
  RequestTimeTooSkewed: [403, 'The time of the request and the server are too far apart.'],
  RequestTimeout: [400, 'Nothing came over the connection for too long.'],
  ServiceUnavailable: [503, 'The storage cannot be reached: try again.'],
  SignatureDoesNotMatch: [403, 'The signature is not that of this request.'],
  SlowDown: [503, 'There are more requests than can be served: try again in a moment.'],
  XAmzContentSHA256Mismatch: [400, 'The body is not the one whose hash was signed.'],
} as const

/** What an SDK switches on. */
export type S3Code = keyof typeof s3Errors

export interface S3ErrorOptions extends ErrorOptions {
  /** For log and audit: why, in full. */
  readonly reason?: string
  /** For the caller, instead of the code's own sentence. */
  readonly message?: string
  /** Further elements of the error document. */
  readonly fields?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
}

/** An error as an S3 client is told it. */
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

/** The error of a header or parameter whose value cannot be used. */
export function invalidArgument(name: string, why: string): S3Error {
  return new S3Error('InvalidArgument', { message: `${name} ${why}.`, fields: { ArgumentName: name } })
}
