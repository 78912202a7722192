/** What differs between services in how a request is made canonical. */
export interface SigningRules {
  /**
   * `once`: the path counts as decoded and encoded once (S3).
   * `twice`: the path is encoded once more, as it was sent (every other service).
   */
  readonly encodePath: 'once' | 'twice'
  /** Whether `.`, `..` and repeated slashes are resolved before signing. */
  readonly normalizePath: boolean
  /** Whether `x-amz-content-sha256` is sent with each signed request, and must be there in what is verified. */
  readonly payloadHeader: boolean
  /** What a presigned request without `x-amz-content-sha256` signs: nothing of the body, or the hash of the body. */
  readonly presignedPayload: 'unsigned' | 'body'
}

/** Amazon S3, and services with its rules. */
export const s3Rules: SigningRules = {
  encodePath: 'once',
  normalizePath: false,
  payloadHeader: true,
  presignedPayload: 'unsigned',
}

/** All other services. */
export const generalRules: SigningRules = {
  encodePath: 'twice',
  normalizePath: true,
  payloadHeader: false,
  presignedPayload: 'body',
}

const likeS3 = new Set(['s3', 's3express', 's3-object-lambda', 's3-outposts'])

/** The rules of a service by its signing name. `s3tables` is a general service. */
export function rulesFor(service: string): SigningRules {
  return likeS3.has(service) ? s3Rules : generalRules
}
