import type { StoreRequest } from '../lib/warehouse-fixture.ts'
import { serveLocally } from './serve-locally.ts'

interface AuditEntry {
  readonly api?: { readonly name?: string; readonly bucket?: string; readonly statusCode?: number }
  readonly requestHeader?: Readonly<Record<string, string>>
}

export interface StoreAudit {
  /** Environment variables that make MinIO send its audit log to this receiver. */
  readonly env: Readonly<Record<string, string>>
  /** Returns the recorded requests to objects, oldest first, with their access key ids and statuses. */
  requests(): readonly StoreRequest[]
  /** Excludes requests with the given access key id, because the server itself uses it. */
  leaveOut(accessKeyId: string): void
}

/** Starts an HTTP server that receives the audit log of MinIO. */
export async function receiveStoreAudit(): Promise<StoreAudit> {
  const requests: StoreRequest[] = []
  let own: string | undefined
  const url = await serveLocally(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    response.end()
    for (const { api, requestHeader } of entriesIn(Buffer.concat(parts).toString())) {
      const credential = /Credential=([^/]+)\//.exec(requestHeader?.['Authorization'] ?? '')?.[1]
      if (credential !== undefined && api?.bucket !== undefined && api.statusCode !== undefined)
        requests.push({ credential, status: api.statusCode })
    }
  })
  return {
    env: { MINIO_AUDIT_WEBHOOK_ENABLE_RUN: 'on', MINIO_AUDIT_WEBHOOK_ENDPOINT_RUN: url },
    requests: () => requests.filter(({ credential }) => credential !== own),
    leaveOut: (accessKeyId) => (own = accessKeyId),
  }
}

// Each line contains one JSON document. The first request is empty, because it only tests the connection.
function entriesIn(text: string): AuditEntry[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as AuditEntry)
}
