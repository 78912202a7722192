import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { endpointOf } from '../catalog/check-endpoint.ts'
import type { S3Store } from '../catalog/warehouses.ts'
import { type EndpointGuard, parseLocation } from '@headgate/storage'

const timeLimitMs = 10_000

/** Returns the URL at which clients find the object of a location. */
export function urlInStore(store: S3Store, location: string): string {
  const { key } = parseLocation(location)
  const url = new URL(endpointOf({ region: store.region, endpoint: store.endpoint ?? undefined }))
  const base = url.pathname.replace(/\/$/, '')
  const path = key.split('/').map(encodeURIComponent).join('/')
  if (!store.pathStyle) return `${url.protocol}//${store.bucket}.${url.host}${base}/${path}`
  return `${url.origin}${base}/${store.bucket}/${path}`
}

/**
 * Sends a request and returns the status of its response; the body is that of writes. `fetch` is of no use here: it
 * refuses ports that stores may have, and takes no agent.
 *
 * @param guard checks the connection; absent: the store has AWS's own endpoint
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
