import { isUtf8 } from 'node:buffer'
import { parseBytes } from '@headgate/json'

/** Time limit in ms of a request to an issuer. */
const timeoutMs = 5_000
const maxBytes = 512 * 1024
const maxDepth = 32

export interface FetchOptions {
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/**
 * Error of a request to an issuer: the issuer did not respond, or its response is invalid. The message is for
 * the log, and contains no part of a response body.
 */
export class IssuerUnreachable extends Error {
  override readonly name = 'IssuerUnreachable'
}

/**
 * Fetches a JSON object from an issuer: status 200, no redirects, limited in time and size.
 *
 * @throws IssuerUnreachable
 */
export async function fetchJson(
  url: string,
  { method = 'GET', headers = {}, body }: FetchOptions = {},
): Promise<Readonly<Record<string, unknown>>> {
  const bytes = await fetchBytes(url, {
    method,
    headers: { accept: 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
  })
  try {
    const value: unknown = isUtf8(bytes) ? parseBytes(bytes, { maxDepth }) : null
    if (isObject(value)) return value
  } catch (cause) {
    throw new IssuerUnreachable(`${url} did not return JSON`, { cause })
  }
  throw new IssuerUnreachable(`${url} did not return a JSON object`)
}

async function fetchBytes(url: string, init: RequestInit): Promise<Buffer> {
  const { response, bytes } = await fetchLimited(url, init)
  if (response.status !== 200) throw new IssuerUnreachable(`${url} answered ${response.status}`)
  return bytes
}

/**
 * Sends a request to an issuer and reads its response, without redirects, limited in time and size.
 *
 * @throws IssuerUnreachable
 */
export async function fetchLimited(
  url: string,
  init: RequestInit,
): Promise<{ readonly response: Response; readonly bytes: Buffer<ArrayBuffer> }> {
  try {
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const pieces: Uint8Array[] = []
    let size = 0
    for await (const piece of response.body ?? []) {
      size += piece.length
      if (size > maxBytes) throw new IssuerUnreachable(`${url} returned more than ${maxBytes} bytes`)
      pieces.push(piece)
    }
    return { response, bytes: Buffer.concat(pieces) }
  } catch (cause) {
    if (cause instanceof IssuerUnreachable) throw cause
    throw new IssuerUnreachable(`${url} could not be read`, { cause })
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
