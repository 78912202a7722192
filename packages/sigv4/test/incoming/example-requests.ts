import { presign, type PresigningOptions } from '../../src/presign.ts'
import { now, signed, signing } from '../signed-requests.ts'
import type { Header, WireRequest } from '../../src/wire-request.ts'

export const host: Header = ['Host', 'storage.example.com']
export const get: WireRequest = { method: 'GET', target: '/bucket/key', headers: [host] }

/** Returns the time `count` minutes after `now`. */
export function minutes(count: number): Date {
  return new Date(now.getTime() + count * 60_000)
}

/** Returns a request with additional headers. */
export function plus(request: WireRequest, ...headers: Header[]): WireRequest {
  return { ...request, headers: [...request.headers, ...headers] }
}

/** Presigns a request for 15 minutes, and returns it. */
export function presigned(options: Partial<PresigningOptions> = {}, request: WireRequest = get): WireRequest {
  return { ...request, target: presign(request, { ...signing, expiresSeconds: 900, ...options }) }
}

/** Signs a request, changes its Authorization header, and returns it. */
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
