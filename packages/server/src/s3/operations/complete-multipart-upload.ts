import { isHeadgateError } from '@headgate/errors'
import type { CompletedPart } from '../../storage/storage.ts'
import { maxParts } from '../../storage/upload-parts.ts'
import { readDocument } from '../body.ts'
import { bareEtag, onCondition, quoted, writeCondition } from '../conditions.ts'
import type { S3Answer, S3Call, S3Operation } from '../operation.ts'
import { parseCount } from '../query.ts'
import { S3Error } from '../s3-error.ts'
import { uploadIdOf } from '../upload-parameters.ts'
import { childText, malformed, readXml } from '../xml-reader.ts'
import { xmlResult } from '../xml-writer.ts'
import type { XmlNode } from '../../xml.ts'

/** 10,000 parts of about 400 bytes each, with every checksum that S3 knows. */
const maxDocumentBytes = 4 * 1024 * 1024
/** Each part with its number, its ETag and a checksum of each kind. */
const maxElements = 1 + 8 * maxParts

/** CompleteMultipartUpload: the object appears whole, on conditions. Checksums were those of the parts, and are checked. */
export const completeMultipartUpload: S3Operation = {
  id: 'CompleteMultipartUpload',
  access: 'read-write',
  async handle(call: S3Call): Promise<S3Answer> {
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

/** A checksum in the headers of this operation is one of the object, not of the document. */
function ofTheDocument(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, i) => !/^x-amz-checksum-/i.test(rawHeaders[i - (i % 2)] ?? ''))
}

function partsOf(root: XmlNode): CompletedPart[] {
  if (root.name !== 'CompleteMultipartUpload') throw malformed('it is no CompleteMultipartUpload')
  const parts: CompletedPart[] = []
  for (const child of root.children) {
    if (child.name !== 'Part') throw malformed(`it holds ${child.name}`)
    const partNumber = parseCount(childText(child, 'PartNumber')?.trim() ?? '', maxParts) ?? 0
    const etag = bareEtag(childText(child, 'ETag') ?? '')
    if (partNumber < 1 || etag === '') throw malformed('a part lacks its number or its ETag')
    if (partNumber <= (parts.at(-1)?.partNumber ?? 0)) throw new S3Error('InvalidPartOrder')
    parts.push({ partNumber, etag })
  }
  if (parts.length === 0) throw malformed('it names no part')
  return parts
}

/** `x-amz-mp-object-size`: the sender's own idea of the object. */
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
