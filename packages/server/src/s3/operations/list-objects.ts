import { listPage, parseListQuery } from '../list-page.ts'
import type { S3Answer, S3Call, S3Operation } from '../operation.ts'
import { type XmlElement, xmlResult } from '../xml-writer.ts'

/** ListObjects, the first form, which goes on after a key. */
export const listObjects: S3Operation = {
  id: 'ListObjects',
  access: 'read',
  async handle(call: S3Call): Promise<S3Answer> {
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
    // S3 sends it with a delimiter only; without one clients take the last key, which is the same.
    if (next !== undefined) head.push(['NextMarker', written(next)])
    return {
      status: 200,
      body: xmlResult('ListBucketResult', [...head, ...elements]),
      note: { prefix: query.prefix },
    }
  },
}
