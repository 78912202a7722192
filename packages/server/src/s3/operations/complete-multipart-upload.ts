import { isHeadgateError } from '@headgate/errors'
import { type CompletedPart, maxParts } from '@headgate/storage'
import { readDocument } from '../body.ts'
import { bareEtag, onCondition, quoted, writeCondition } from '../conditions.ts'
import type { S3Response, S3Call, S3Operation } from '../operation.ts'
import { parseCount } from '../query.ts'
import { S3Error } from '../s3-error.ts'
import { uploadIdOf } from '../upload-parameters.ts'
import { childText, malformed, readXml } from '../xml-reader.ts'
import { xmlResult } from '../xml-writer.ts'
import type { XmlNode } from '../../xml.ts'

/** Maximum size of the body in bytes: 10,000 parts of about 400 bytes each, with every checksum of S3. */
const maxDocumentBytes = 4 * 1024 * 1024
/** Maximum number of elements: each part has a number, an ETag and a checksum of each kind. */
const maxElements = 1 + 8 * maxParts

/** CompleteMultipartUpload: creates the object atomically, if its conditions are true, and checks the checksums of the parts. */
export const completeMultipartUpload: S3Operation = {
  id: 'CompleteMultipartUpload',
  access: 'read-write',
  async handle(call: S3Call): Promise<S3Response> {
    const { storage, address, headers } = call
    const uploadId = uploadIdOf(call.parameters)
    const condition = writeCondition(headers, storage.capabilities)
    const parts = partsOf(
      readXml(await readDocument({ ...call, rawHeaders: ofTheDocument(call.rawHeaders) }, maxDocumentBytes), {
        maxElements,
      }),
    )
    await checkSize(call, uploadId, parts)
    const completed = async (): Promise<string> => {
      await call.confirm()
      const options = { signal: call.signal, ...condition }
      const { etag } = await onCondition(call, condition, () =>
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

/** Removes checksums from the headers: in this operation they are those of the object, not of the document. */
function ofTheDocument(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, i) => !/^x-amz-checksum-/i.test(rawHeaders[i - (i % 2)] ?? ''))
}

function partsOf(root: XmlNode): CompletedPart[] {
  if (root.name !== 'CompleteMultipartUpload') throw malformed('the root is not CompleteMultipartUpload')
  const parts: CompletedPart[] = []
  for (const child of root.children) {
    if (child.name !== 'Part') throw malformed(`it contains ${child.name}`)
    const partNumber = parseCount(childText(child, 'PartNumber')?.trim() ?? '', maxParts) ?? 0
    const etag = bareEtag(childText(child, 'ETag') ?? '')
    if (partNumber < 1 || etag === '') throw malformed('a part has no number or no ETag')
    if (partNumber <= (parts.at(-1)?.partNumber ?? 0)) throw new S3Error('InvalidPartOrder')
    parts.push({ partNumber, etag })
  }
  if (parts.length === 0) throw malformed('it contains no part')
  return parts
}

/** Checks `x-amz-mp-object-size`, the size of the object that the client expects. */
async function checkSize(call: S3Call, uploadId: string, parts: readonly CompletedPart[]): Promise<void> {
  const header = call.headers['x-amz-mp-object-size']
  if (typeof header !== 'string') return
  const wanted = new Set(parts.map(({ partNumber }) => partNumber))
  let size = 0
  for await (const part of call.storage.listParts(call.location, uploadId, { signal: call.signal }))
    if (wanted.has(part.partNumber)) size += part.size
  if (String(size) !== header)
    throw new S3Error('InvalidRequest', { message: `The parts have ${size} bytes, not ${header}.` })
}

function partError(error: unknown): unknown {
  if (!isHeadgateError(error, 'bad-request')) return error
  const tooSmall = error.cause instanceof Error && error.cause.name === 'EntityTooSmall'
  return new S3Error(tooSmall ? 'EntityTooSmall' : 'InvalidPart', { reason: error.message, cause: error })
}
