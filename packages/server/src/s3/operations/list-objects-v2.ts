import { isHeadgateError } from '@headgate/errors'
import { listPage, type ListQuery, parseListQuery } from '../list-page.ts'
import type { S3Response, S3Call, S3Operation } from '../operation.ts'
import { invalidArgument } from '../s3-error.ts'
import { type XmlElement, xmlResult } from '../xml-writer.ts'

/**
 * Implements ListObjectsV2. The continuation token is encrypted and valid only for the same warehouse, prefix and
 * delimiter: it reveals no keys, and grants no access to other prefixes. It remains valid when the client continues
 * the list with newer credentials.
 */
export const listObjectsV2: S3Operation = {
  id: 'ListObjectsV2',
  permission: 'read',
  async handle(call: S3Call): Promise<S3Response> {
    const { parameters, address } = call
    const query = parseListQuery(call)
    const token = parameters.get('continuation-token')
    const startAfter = parameters.get('start-after')
    const after = token === undefined ? (startAfter ?? '') : openToken(call, query, token)
    const { elements, count, next } = await listPage(call, query, after)
    const { written } = query
    const head: XmlElement[] = [
      ['Name', address.bucket],
      ['Prefix', written(query.prefix)],
      ['KeyCount', count],
      ['MaxKeys', Math.min(query.maxKeys, 1000)],
      ['IsTruncated', next !== undefined],
    ]
    if (query.delimiter !== '') head.push(['Delimiter', written(query.delimiter)])
    if (query.encodingType !== undefined) head.push(['EncodingType', query.encodingType])
    if (startAfter !== undefined) head.push(['StartAfter', written(startAfter)])
    if (token !== undefined) head.push(['ContinuationToken', token])
    if (next !== undefined)
      head.push(['NextContinuationToken', call.pageTokens.seal(formatListName(call, query), [next])])
    return {
      status: 200,
      body: xmlResult('ListBucketResult', [...head, ...elements]),
      note: { prefix: query.prefix },
    }
  },
}

function openToken(call: S3Call, query: ListQuery, token: string): string {
  try {
    const [position = ''] = call.pageTokens.open(formatListName(call, query), token)
    return position
  } catch (error) {
    if (!isHeadgateError(error, 'bad-request')) throw error
    throw invalidArgument('continuation-token', 'is not a continuation token of this list')
  }
}

function formatListName({ session, location }: S3Call, { prefix, delimiter }: ListQuery): string {
  return JSON.stringify(['s3', session.warehouseId, location, prefix, delimiter])
}
