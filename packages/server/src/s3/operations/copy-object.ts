import { confirmedBody } from '../body.ts'
import { onCondition, quoted, writeCondition } from '../conditions.ts'
import { contentTypeOf } from '../content-type.ts'
import { copySourceOf, openCopySource } from '../copy-source.ts'
import { cannotHold } from '../missing.ts'
import type { S3Response, S3Call, S3Operation } from '../operation.ts'
import { S3Error } from '../s3-error.ts'
import { refuseUnsupportedHeaders } from '../unsupported-headers.ts'
import { xmlResult } from '../xml-writer.ts'

/** CopyObject: within the session's scope. The store copies by itself, unless the copy depends on conditions. */
export const copyObject: S3Operation = {
  id: 'CopyObject',
  access: 'read-write',
  async handle(call: S3Call): Promise<S3Response> {
    refuseUnsupportedHeaders(call.headers)
    const source = copySourceOf(call)
    const replacing = call.headers['x-amz-metadata-directive'] === 'REPLACE'
    if (source === call.location && !replacing)
      throw new S3Error('InvalidRequest', { message: 'The object would be copied to itself, unchanged.' })
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
    const type = replacing ? contentTypeOf(headers) : kept
    const options = { signal, size: length, ...condition, ...type }
    return await onCondition(call, condition, () => storage.put(location, confirmedBody(call, body), options))
  } finally {
    body.destroy()
  }
}
