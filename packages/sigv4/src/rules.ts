/** Differences between services in the canonical form of a request. */
export interface SigningRules {
  /**
   * Encoding of the path in the canonical request. `once`: the path is decoded, then encoded (S3). `twice`: the path
   * is encoded again without decoding it (all other services).
   */
  readonly encodePath: 'once' | 'twice'
  /** Whether `.`, `..` and repeated slashes are resolved before signing. */
  readonly normalizePath: boolean
  /** Whether signed requests carry `x-amz-content-sha256`, and whether verification requires it. */
  readonly payloadHeader: boolean
  /** The payload hash of a presigned request without `x-amz-content-sha256`: `unsigned`, or the hash of the body. */
  readonly presignedPayload: 'unsigned' | 'body'
}

/** Signing rules of Amazon S3 and of compatible services. */
export const s3Rules: SigningRules = {
  encodePath: 'once',
  normalizePath: false,
  payloadHeader: true,
  presignedPayload: 'unsigned',
}

/** Signing rules of all services other than Amazon S3. */
export const generalRules: SigningRules = {
  encodePath: 'twice',
  normalizePath: true,
  payloadHeader: false,
  presignedPayload: 'body',
}

const likeS3 = new Set(['s3', 's3express', 's3-object-lambda', 's3-outposts'])

/** Returns the rules of a service by its signing name. `s3tables` uses the general rules. */
export function rulesFor(service: string): SigningRules {
  return likeS3.has(service) ? s3Rules : generalRules
}
