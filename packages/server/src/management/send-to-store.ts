import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { resolveEndpoint } from '../catalog/check-endpoint.ts'
import type { S3Store } from '../catalog/warehouses.ts'
import { type EndpointGuard, parseLocation } from '@headgate/storage'

const timeLimitMs = 10_000

/** Returns the URL by which clients access the object at a location. */
export function urlInStore(store: S3Store, location: string): string {
  const { key } = parseLocation(location)
  const url = new URL(resolveEndpoint({ region: store.region, endpoint: store.endpoint ?? undefined }))
  const base = url.pathname.replace(/\/$/, '')
  const path = key.split('/').map(encodeURIComponent).join('/')
  if (!store.pathStyle) return `${url.protocol}//${store.bucket}.${url.host}${base}/${path}`
  return `${url.origin}${base}/${store.bucket}/${path}`
}

/**
 * Sends a request to an object store, and returns the status of the response. The body is sent only with
 * writes. `fetch` cannot be used, because it refuses some ports of object stores, and does not accept an agent.
 *
 * @param guard checks the connection. Absent: the endpoint is that of AWS, which needs no check
 */
export function sendToStore(
  {
    method,
    uri,
    headers,
    body,
  }: {
    readonly method: string
    readonly uri: string
    readonly headers: Readonly<Record<string, string | readonly string[]>>
    readonly body: string
  },
  signal: AbortSignal,
  guard?: EndpointGuard,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const request = uri.startsWith('https:') ? tlsRequest : plainRequest
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeLimitMs)])
  const sent = request(uri, {
    method,
    headers: headers as Record<string, string | string[]>,
    signal: limit,
    agent: guard?.agentFor(new URL(uri)) ?? false,
  })
  sent.on('response', (response) => {
    resolve(response.statusCode ?? 0)
    response.destroy()
  })
  sent.on('error', reject)
  sent.end(method === 'PUT' ? body : undefined)
  return promise
}
