import { listPage, parseListQuery } from '../list-page.ts'
import type { S3Response, S3Call, S3Operation } from '../operation.ts'
import { type XmlElement, xmlResult } from '../xml-writer.ts'

/**
 * Implements ListObjects (version 1). The client requests the next page with the last key of the previous page
 * (`marker`).
 */
export const listObjects: S3Operation = {
  id: 'ListObjects',
  permission: 'read',
  async handle(call: S3Call): Promise<S3Response> {
    const query = parseListQuery(call)
    const marker = call.parameters.get('marker') ?? ''
    const { elements, next } = await listPage(call, query, marker)
    const { written } = query
    const head: XmlElement[] = [
      ['Name', call.address.bucket],
      ['Prefix', written(query.prefix)],
      ['Marker', written(marker)],
      ['MaxKeys', Math.min(query.maxKeys, 1000)],
      ['IsTruncated', next !== undefined],
    ]
    if (query.delimiter !== '') head.push(['Delimiter', written(query.delimiter)])
    if (query.encodingType !== undefined) head.push(['EncodingType', query.encodingType])
    // S3 returns NextMarker only for a request with a delimiter. Otherwise clients use the last key of the page,
    // which has the same value.
    if (next !== undefined) head.push(['NextMarker', written(next)])
    return {
      status: 200,
      body: xmlResult('ListBucketResult', [...head, ...elements]),
      note: { prefix: query.prefix },
    }
  },
}
