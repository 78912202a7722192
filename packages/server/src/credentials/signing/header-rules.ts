/** How the sign operation treats a header of the request. */
export type HeaderRule =
  /** The header is signed and returned. */
  | 'sign'
  /** The header is returned but not signed. */
  | 'pass'
  /** The header is neither signed nor returned. The client sends it unchanged. */
  | 'ignore'
  /** The server refuses to sign the request. */
  | 'refuse'

/**
 * Headers that the S3 clients of Iceberg Java, PyIceberg, Spark, Trino and the AWS SDKs send to read, write, upload and
 * list objects. None of these headers changes which objects a request accesses or who may access them.
 */
const signed = new Set([
  'accept',
  'accept-encoding',
  'content-encoding',
  'content-length',
  'content-md5',
  'content-type',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-unmodified-since',
  'x-amz-checksum-algorithm',
  'x-amz-checksum-crc32',
  'x-amz-checksum-crc32c',
  'x-amz-checksum-crc64nvme',
  'x-amz-checksum-mode',
  'x-amz-checksum-sha1',
  'x-amz-checksum-sha256',
  'x-amz-checksum-type',
  'x-amz-content-sha256',
  'x-amz-decoded-content-length',
  'x-amz-mp-object-size',
  'x-amz-sdk-checksum-algorithm',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled',
  'x-amz-server-side-encryption-context',
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-server-side-encryption-customer-key',
  'x-amz-server-side-encryption-customer-key-md5',
  'x-amz-te',
  'x-amz-trailer',
  'x-amz-user-agent',
])

/**
 * Headers that are returned but not signed, as in Iceberg's reference signer. Clients change them after signing:
 * Iceberg's client reuses a signature for other ranges of an object, the AWS SDKs count their attempts, and proxies
 * change the remaining headers.
 */
const passed = new Set([
  'amz-sdk-invocation-id',
  'amz-sdk-request',
  'amz-sdk-retry',
  'connection',
  'expect',
  'range',
  'transfer-encoding',
  'user-agent',
  'x-amzn-trace-id',
])

/**
 * Names and prefixes of headers that stores and proxies interpret. A request with an unknown header of this kind is
 * refused, because the header may have additional effects.
 */
const meaningful = /^(?:authorization$|cookie$|x-amz-|x-minio-)/

/**
 * Returns the rule for a header. The rules are an allow-list. Requests with headers for ACLs, grants, tags, user
 * metadata, copies, redirects, object locks or storage classes, and with unknown headers of a store, are refused.
 *
 * @param name name of the header in lower case
 */
export function headerRule(name: string): HeaderRule {
  if (signed.has(name)) return 'sign'
  if (passed.has(name)) return 'pass'
  return meaningful.test(name) ? 'refuse' : 'ignore'
}

/** Headers that are returned without being signed. */
export const unsignedHeaders: readonly string[] = [...passed]
