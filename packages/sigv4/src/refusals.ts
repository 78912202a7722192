/** Representation of a refusal for S3 clients: HTTP status, and `Code` of the S3 error document. */
export interface RefusalKind {
  readonly status: number
  readonly s3: string
}

/** All reasons to refuse a request or its body. The codes are stable: programs may switch on them. */
export const refusals = {
  // Refusals of the request line and the headers.
  'malformed-request': { status: 400, s3: 'InvalidRequest' },
  'duplicate-header': { status: 400, s3: 'InvalidRequest' },
  'duplicate-parameter': { status: 400, s3: 'InvalidRequest' },

  // Refusals of the authentication.
  'no-authentication': { status: 403, s3: 'AccessDenied' },
  'two-authentications': { status: 400, s3: 'InvalidArgument' },
  'unsupported-algorithm': { status: 400, s3: 'InvalidRequest' },
  'form-not-allowed': { status: 403, s3: 'AccessDenied' },
  'malformed-authentication': { status: 400, s3: 'AuthorizationHeaderMalformed' },
  'malformed-query-authentication': { status: 400, s3: 'AuthorizationQueryParametersError' },
  'wrong-scope': { status: 400, s3: 'AuthorizationHeaderMalformed' },
  'scope-date-mismatch': { status: 400, s3: 'AuthorizationHeaderMalformed' },
  'no-date': { status: 403, s3: 'AccessDenied' },
  'malformed-date': { status: 400, s3: 'AuthorizationHeaderMalformed' },
  'expiry-out-of-range': { status: 400, s3: 'AuthorizationQueryParametersError' },
  'time-too-skewed': { status: 403, s3: 'RequestTimeTooSkewed' },
  'not-yet-valid': { status: 403, s3: 'AccessDenied' },
  expired: { status: 403, s3: 'AccessDenied' },
  'header-not-signed': { status: 403, s3: 'AccessDenied' },
  'signed-header-missing': { status: 403, s3: 'SignatureDoesNotMatch' },
  'unknown-access-key': { status: 403, s3: 'InvalidAccessKeyId' },
  'signature-mismatch': { status: 403, s3: 'SignatureDoesNotMatch' },

  // Refusals of the headers that describe the body.
  'no-payload-hash': { status: 400, s3: 'MissingSecurityHeader' },
  'malformed-payload-hash': { status: 400, s3: 'InvalidArgument' },
  'unsupported-payload': { status: 501, s3: 'NotImplemented' },
  'no-decoded-length': { status: 411, s3: 'MissingContentLength' },
  'unsupported-trailer': { status: 400, s3: 'InvalidRequest' },
  'malformed-checksum': { status: 400, s3: 'InvalidRequest' },

  // Refusals of the body.
  'payload-mismatch': { status: 400, s3: 'XAmzContentSHA256Mismatch' },
  'malformed-chunk': { status: 400, s3: 'InvalidRequest' },
  'chunk-too-large': { status: 400, s3: 'InvalidChunkSizeError' },
  'chunk-signature-mismatch': { status: 403, s3: 'SignatureDoesNotMatch' },
  'truncated-body': { status: 400, s3: 'IncompleteBody' },
  'decoded-length-mismatch': { status: 400, s3: 'IncompleteBody' },
  'malformed-trailer': { status: 400, s3: 'MalformedTrailerError' },
  'trailer-signature-mismatch': { status: 403, s3: 'SignatureDoesNotMatch' },
  'checksum-mismatch': { status: 400, s3: 'BadDigest' },
} as const

/** Stable code of the reason why a request or its body is refused. */
export type RefusalCode = keyof typeof refusals
