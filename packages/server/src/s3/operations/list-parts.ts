import { maxParts, type PartInfo } from '@headgate/storage'
import { quoted } from '../conditions.ts'
import type { S3Response, S3Call, S3Operation } from '../operation.ts'
import { parseCount } from '../query.ts'
import { invalidArgument } from '../s3-error.ts'
import { readUploadId } from '../upload-parameters.ts'
import { type XmlElement, xmlResult } from '../xml-writer.ts'

const mostParts = 1000

/** Implements ListParts. Returns the uploaded parts of an unfinished multipart upload, in order of their numbers. */
export const listParts: S3Operation = {
  id: 'ListParts',
  permission: 'read-write',
  async handle({ storage, address, location, parameters, signal }: S3Call): Promise<S3Response> {
    const uploadId = readUploadId(parameters)
    const limit = Math.min(count(parameters, 'max-parts', 2 ** 31 - 1) ?? mostParts, mostParts)
    const marker = count(parameters, 'part-number-marker', maxParts) ?? 0
    const parts: PartInfo[] = []
    let truncated = false
    for await (const part of storage.listParts(location, uploadId, { signal })) {
      if (part.partNumber <= marker) continue
      truncated = parts.length === limit
      if (truncated) break
      parts.push(part)
    }
    return {
      status: 200,
      body: xmlResult('ListPartsResult', [
        ['Bucket', address.bucket],
        ['Key', address.key],
        ['UploadId', uploadId],
        ['PartNumberMarker', marker],
        ['NextPartNumberMarker', parts.at(-1)?.partNumber ?? marker],
        ['MaxParts', limit],
        ['IsTruncated', truncated],
        ...parts.map(toElement),
      ]),
    }
  },
}

function count(parameters: ReadonlyMap<string, string>, name: string, max: number): number | undefined {
  const text = parameters.get(name)
  if (text === undefined) return undefined
  const number = parseCount(text, max)
  if (number === undefined) throw invalidArgument(name, 'must be a number')
  return number
}

function toElement({ partNumber, size, etag, lastModified }: PartInfo): XmlElement {
  return [
    'Part',
    [
      ['PartNumber', partNumber],
      ['LastModified', new Date(lastModified).toISOString()],
      ['ETag', quoted(etag)],
      ['Size', size],
    ],
  ]
}
