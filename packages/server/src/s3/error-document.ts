import type { S3Response } from './operation.ts'
import type { S3Error } from './s3-error.ts'
import { type XmlElement, xmlPlain } from './xml-writer.ts'

/**
 * Returns the HTTP response for an error. The response to a HEAD request has no body and contains the error code in
 * the header `x-amz-error-code`.
 */
export function errorResponse(error: S3Error, requestId: string, method: string): S3Response {
  const { status, headers, code } = error
  if (method === 'HEAD') return { status, headers: { ...headers, 'x-amz-error-code': code } }
  return { status, headers, body: xmlPlain(errorElement(error, requestId)) }
}

export function errorElement({ code, message, fields }: S3Error, requestId: string): XmlElement {
  return [
    'Error',
    [['Code', code], ['Message', message], ...Object.entries(fields), ['RequestId', requestId]],
  ]
}
