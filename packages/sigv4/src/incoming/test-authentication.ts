import { presign, type PresigningOptions } from '../presign.ts'
import { now, signed, signing } from '../test-requests.ts'
import type { Header, WireRequest } from '../wire-request.ts'

export const host: Header = ['Host', 'storage.example.com']
export const get: WireRequest = { method: 'GET', target: '/bucket/key', headers: [host] }

/** A moment some minutes after `now`. */
export function minutes(count: number): Date {
  return new Date(now.getTime() + count * 60_000)
}

/** The request with more headers. */
export function plus(request: WireRequest, ...headers: Header[]): WireRequest {
  return { ...request, headers: [...request.headers, ...headers] }
}

/** The request with its signature in its query, valid for 15 minutes. */
export function presigned(options: Partial<PresigningOptions> = {}, request: WireRequest = get): WireRequest {
  return { ...request, target: presign(request, { ...signing, expiresSeconds: 900, ...options }) }
}

/** The request with its Authorization header changed. */
export function authorization(
  change: (value: string) => string,
  request: WireRequest = signed(get),
): WireRequest {
  const headers = [...request.headers].map(([name, value]): Header => [
    name,
    name === 'authorization' ? change(value) : value,
  ])
  return { ...request, headers }
}
