import { oneLine } from '../http/describe-response.ts'
import type { RawResponse } from '../http/raw-request.ts'

/** Error that an S3 store returned, from the status and the XML body of the response. */
export interface S3Error {
  readonly status: number
  readonly code: string | undefined
  readonly message: string | undefined
  /** Region of the bucket, if the response names it. */
  readonly region: string | undefined
}

export function readS3Error({ status, text, headers }: RawResponse): S3Error {
  const member = (name: string): string | undefined =>
    new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1]
  const message = member('Message')
  const expected = /expecting '([\w-]+)'/.exec(message ?? '')?.[1]
  return {
    status,
    code: member('Code'),
    message: message === undefined ? undefined : oneLine(message),
    region: headers.get('x-amz-bucket-region') ?? member('Region') ?? expected,
  }
}

export function describeS3({ status, code, message }: S3Error): string {
  return `status ${status}${code === undefined ? '' : ` ${code}`}${message === undefined ? '' : `: ${message}`}`
}
