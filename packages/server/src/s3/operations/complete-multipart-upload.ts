import { isHeadgateError } from '@headgate/errors'
import { type CompletedPart, maxParts } from '@headgate/storage'
import { readDocument } from '../body.ts'
import { bareEtag, withCondition, quoted, writeCondition } from '../conditions.ts'
import type { S3Response, S3Call, S3Operation } from '../operation.ts'
import { parseCount } from '../query.ts'
import { S3Error } from '../s3-error.ts'
import { readUploadId } from '../upload-parameters.ts'
import { childText, malformed, readXml } from '../xml-reader.ts'
import { xmlResult } from '../xml-writer.ts'
import type { XmlNode } from '../../xml.ts'

/**
 * Maximum size of the request body in bytes: 10,000 parts, each of about 400 bytes when it contains all checksums of
 * S3.
 */
const maxDocumentBytes = 4 * 1024 * 1024
/**
 * Maximum number of XML elements in the body: each part contains a number, an ETag and up to one checksum of each
 * kind.
 */
const maxElements = 1 + 8 * maxParts

/** Implements CompleteMultipartUpload. Creates the object atomically, if the conditions of the request are true. */
export const completeMultipartUpload: S3Operation = {
  id: 'CompleteMultipartUpload',
  permission: 'read-write',
  async handle(call: S3Call): Promise<S3Response> {
    const { storage, address, headers } = call
    const uploadId = readUploadId(call.parameters)
    const condition = writeCondition(headers, storage.capabilities)
    const parts = parseParts(
      readXml(await readDocument({ ...call, rawHeaders: ofTheDocument(call.rawHeaders) }, maxDocumentBytes), {
        maxElements,
      }),
    )
    await checkSize(call, uploadId, parts)
    const completed = async (): Promise<string> => {
      await call.confirm()
      const options = { signal: call.signal, ...condition }
      const { etag } = await withCondition(call, condition, () =>
        storage.completeUpload(call.location, uploadId, parts, options),
      ).catch((error: unknown) => {
        throw partError(error)
      })
      return xmlResult('CompleteMultipartUploadResult', [
        ['Location', `/${address.bucket}/${address.key}`],
        ['Bucket', address.bucket],
        ['Key', address.key],
        ['ETag', quoted(etag)],
      ])
    }
    return { status: 200, pending: completed() }
  },
}

/**
 * Returns the headers without checksums. In this operation, the checksum headers are those of the object and not
 * those of the request body.
 */
function ofTheDocument(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, i) => !/^x-amz-checksum-/i.test(rawHeaders[i - (i % 2)] ?? ''))
}

function parseParts(root: XmlNode): CompletedPart[] {
  if (root.name !== 'CompleteMultipartUpload')
    throw malformed('the root element is not CompleteMultipartUpload')
  const parts: CompletedPart[] = []
  for (const child of root.children) {
    if (child.name !== 'Part') throw malformed(`the root element contains ${child.name}`)
    const partNumber = parseCount(childText(child, 'PartNumber')?.trim() ?? '', maxParts) ?? 0
    const etag = bareEtag(childText(child, 'ETag') ?? '')
    if (partNumber < 1 || etag === '') throw malformed('a part has no number or no ETag')
    if (partNumber <= (parts.at(-1)?.partNumber ?? 0)) throw new S3Error('InvalidPartOrder')
    parts.push({ partNumber, etag })
  }
  if (parts.length === 0) throw malformed('the root element contains no part')
  return parts
}

/** Checks that the parts have the total size that the client expects (`x-amz-mp-object-size`). */
async function checkSize(call: S3Call, uploadId: string, parts: readonly CompletedPart[]): Promise<void> {
  const header = call.headers['x-amz-mp-object-size']
  if (typeof header !== 'string') return
  const wanted = new Set(parts.map(({ partNumber }) => partNumber))
  let size = 0
  for await (const part of call.storage.listParts(call.location, uploadId, { signal: call.signal }))
    if (wanted.has(part.partNumber)) size += part.size
  if (String(size) !== header)
    throw new S3Error('InvalidRequest', {
      message: `The parts have ${size} bytes in total, but the request declares an object of ${header} bytes.`,
    })
}

function partError(error: unknown): unknown {
  if (!isHeadgateError(error, 'bad-request')) return error
  const tooSmall = error.cause instanceof Error && error.cause.name === 'EntityTooSmall'
  return new S3Error(tooSmall ? 'EntityTooSmall' : 'InvalidPart', { reason: error.message, cause: error })
}
