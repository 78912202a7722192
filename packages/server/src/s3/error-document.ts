import type { S3Answer } from './operation.ts'
import type { S3Error } from './s3-error.ts'
import { type XmlElement, xmlPlain } from './xml-writer.ts'

/** What S3 answers an error with. The answer to HEAD has no body: SDKs go by its status. */
export function errorAnswer(error: S3Error, requestId: string, method: string): S3Answer {
  const { status, headers } = error
  if (method === 'HEAD') return { status, headers }
  return { status, headers, body: xmlPlain(errorElement(error, requestId)) }
}

export function errorElement({ code, message, fields }: S3Error, requestId: string): XmlElement {
  return [
    'Error',
    [['Code', code], ['Message', message], ...Object.entries(fields), ['RequestId', requestId]],
  ]
}
