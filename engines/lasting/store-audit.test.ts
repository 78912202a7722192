import { expect, it } from 'vitest'
import { receiveStoreAudit } from './store-audit.ts'

function entry(accessKey: string | null, statusCode: number, bucket?: string): string {
  const requestHeader =
    accessKey === null ? {} : { Authorization: `AWS4-HMAC-SHA256 Credential=${accessKey}/20260101/x` }
  return JSON.stringify({ api: { name: 'GetObject', bucket, statusCode }, requestHeader })
}

it('receiveStoreAudit records requests to objects with their access key, except requests of the server', async () => {
  const audit = await receiveStoreAudit()
  audit.leaveOut('OURS')
  const url = audit.env['MINIO_AUDIT_WEBHOOK_ENDPOINT_RUN'] ?? ''
  const say = (body: string): Promise<Response> => fetch(url, { method: 'POST', body })
  await say('')
  await say([entry('A', 200, 'b'), entry('OURS', 200, 'b'), entry('A', 403, 'b')].join('\n'))
  // Both entries must be ignored: a request to the security token service, and an unsigned request.
  await say(`${entry('B', 200)}\n${entry(null, 403, 'b')}\n`)
  expect(audit.requests()).toEqual([
    { credential: 'A', status: 200 },
    { credential: 'A', status: 403 },
  ])
})
