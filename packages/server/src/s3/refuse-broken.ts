import type { HeadgateError } from '@headgate/errors'
import { errorAnswer } from './error-document.ts'
import { newRequestId } from './request-id.ts'
import { toS3Error } from './to-s3-error.ts'

/** How S3 answers what is no whole HTTP request, so that no operation is asked: as `ListenerOptions.refuse` has it. */
export function refuseBroken(error: HeadgateError): {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
} {
  const requestId = newRequestId()
  const { status, headers, body } = errorAnswer(toS3Error(error), requestId, 'GET')
  return {
    status,
    headers: { 'x-amz-request-id': requestId, ...headers, 'content-type': 'application/xml' },
    body: typeof body === 'string' ? body : '',
  }
}
