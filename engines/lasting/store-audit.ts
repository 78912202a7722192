import type { StoreRequest } from '../lib/lake.ts'
import { serveLocally } from './serve-locally.ts'

interface AuditEntry {
  readonly api?: { readonly name?: string; readonly bucket?: string; readonly statusCode?: number }
  readonly requestHeader?: Readonly<Record<string, string>>
}

export interface StoreAudit {
  /** For MinIO, so that it tells what it was asked. */
  readonly env: Readonly<Record<string, string>>
  /** Requests to objects, oldest first: by which access key, and how they were answered. */
  requests(): readonly StoreRequest[]
  /** Requests with this access key are left out: it is the server's own. */
  leaveOut(accessKeyId: string): void
}

/** Receives MinIO's audit log. */
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

// one JSON document to a line; the first request of all is empty and only looks whether somebody is there
function entriesIn(text: string): AuditEntry[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as AuditEntry)
}
