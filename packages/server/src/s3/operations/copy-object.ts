import { confirmedBody } from '../body.ts'
import { withCondition, quoted, writeCondition } from '../conditions.ts'
import { readContentType } from '../content-type.ts'
import { readCopySource, openCopySource } from '../copy-source.ts'
import { cannotHold } from '../missing.ts'
import type { S3Response, S3Call, S3Operation } from '../operation.ts'
import { S3Error } from '../s3-error.ts'
import { refuseUnsupportedHeaders } from '../unsupported-headers.ts'
import { xmlResult } from '../xml-writer.ts'

/**
 * Implements CopyObject for a source and a target that the session covers. The storage copies the object itself,
 * unless the request has conditions.
 */
export const copyObject: S3Operation = {
  id: 'CopyObject',
  permission: 'read-write',
  async handle(call: S3Call): Promise<S3Response> {
    refuseUnsupportedHeaders(call.headers)
    const source = readCopySource(call)
    const replacing = call.headers['x-amz-metadata-directive'] === 'REPLACE'
    if (source === call.location && !replacing)
      throw new S3Error('InvalidRequest', {
        message:
          'The source and the target of the copy are the same object, and the copy would not change it.',
      })
    const through =
      replacing || Object.keys(call.headers).some((name) => /^(?:x-amz-copy-source-)?if-/.test(name))
    const copied = async (): Promise<string> => {
      await call.confirm()
      const { etag } = await (through ? copyThrough(call, source, replacing) : copyThere(call, source))
      return xmlResult('CopyObjectResult', [
        ['LastModified', new Date(call.now()).toISOString()],
        ['ETag', quoted(etag)],
      ])
    }
    return { status: 200, pending: copied(), note: { source } }
  },
}

async function copyThere({ storage, location, signal }: S3Call, source: string): Promise<{ etag: string }> {
  try {
    return await storage.copy(source, location, { signal })
  } catch (error) {
    throw cannotHold(source, error) ? new S3Error('NoSuchKey', { cause: error }) : error
  }
}

async function copyThrough(call: S3Call, source: string, replacing: boolean): Promise<{ etag: string }> {
  const { storage, location, headers, signal } = call
  const condition = writeCondition(headers, storage.capabilities)
  const { body, length, info } = await openCopySource(call, source, undefined)
  const kept = info.contentType === undefined ? {} : { contentType: info.contentType }
  try {
    const type = replacing ? readContentType(headers) : kept
    const options = { signal, size: length, ...condition, ...type }
    return await withCondition(call, condition, () =>
      storage.put(location, confirmedBody(call, body), options),
    )
  } finally {
    body.destroy()
  }
}
