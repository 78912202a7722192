import type { HeadgateError } from '@headgate/errors'
import { errorResponse } from './error-document.ts'
import { newRequestId } from './request-id.ts'
import { toS3Error } from './to-s3-error.ts'

/** Returns the S3 error response for a request that the HTTP parser refused. Used as `ListenerOptions.refuse`. */
export function refuseBroken(error: HeadgateError): {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
} {
  const requestId = newRequestId()
  const { status, headers, body } = errorResponse(toS3Error(error), requestId, 'GET')
  return {
    status,
    headers: { 'x-amz-request-id': requestId, ...headers, 'content-type': 'application/xml' },
    body: typeof body === 'string' ? body : '',
  }
}
