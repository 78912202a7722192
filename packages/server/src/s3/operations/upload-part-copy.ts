import { confirmedBody } from '../body.ts'
import { quoted } from '../conditions.ts'
import { readCopySource, openCopySource } from '../copy-source.ts'
import type { S3Response, S3Call, S3Operation } from '../operation.ts'
import { parseCopyRange } from '../range.ts'
import { readPartNumber, readUploadId } from '../upload-parameters.ts'
import { xmlResult } from '../xml-writer.ts'

/**
 * Implements UploadPartCopy. Stores a part of a multipart upload from bytes of another object that the session
 * covers.
 */
export const uploadPartCopy: S3Operation = {
  id: 'UploadPartCopy',
  permission: 'read-write',
  async handle(call: S3Call): Promise<S3Response> {
    const { storage, location, headers, parameters, signal } = call
    const partNumber = readPartNumber(parameters)
    const uploadId = readUploadId(parameters)
    const header = headers['x-amz-copy-source-range']
    const range = parseCopyRange(typeof header === 'string' ? header : undefined)
    const source = readCopySource(call)
    const { body, length } = await openCopySource(call, source, range)
    const copied = async (): Promise<string> => {
      try {
        const chunks = confirmedBody(call, body)
        const { etag } = await storage.uploadPart(location, uploadId, partNumber, chunks, {
          signal,
          size: length,
        })
        return xmlResult('CopyPartResult', [
          ['LastModified', new Date(call.now()).toISOString()],
          ['ETag', quoted(etag)],
        ])
      } finally {
        body.destroy()
      }
    }
    return { status: 200, pending: copied(), note: { source } }
  },
}
