import { bufferedTransport, send, type BufferedResponse, type HeaderList } from '@headgate/http'
import type { AuthProvider } from '@headgate/auth'
import { parseBytes, type Json } from '@headgate/json'
import type { DoctorContext } from '../context.ts'

export interface RawRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS'
  readonly url: string
  readonly headers?: HeaderList
  readonly body?: Uint8Array
  /** Auth provider that authenticates the request. If absent, the request has no credentials. */
  readonly auth?: AuthProvider | undefined
}

/** Response of a server with any status, even an error status. */
export interface RawResponse {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Parsed body, or undefined if the body is not JSON. */
  readonly json: Json | undefined
  /** Times at which the request was sent and the response was complete, in epoch ms. */
  readonly sentAt: number
  readonly receivedAt: number
}

const maxResponseBytes = 16 * 1024 * 1024

/**
 * Sends one request with the headers in the configuration of the engine. Does not retry the request and does not
 * follow redirects.
 */
export async function rawRequest(
  { settings, fetch, options, signal }: Pick<DoctorContext, 'settings' | 'fetch' | 'options' | 'signal'>,
  { method, url, headers = [], body, auth }: RawRequest,
): Promise<RawResponse> {
  const sentAt = Date.now()
  const transport = bufferedTransport({
    fetch,
    timeoutMs: options.stepMs,
    limit: 'attempt',
    maxResponseBytes,
  })
  const response = await send<BufferedResponse>(
    { method, url, headers: [['accept', 'application/json'], ...headers], body: body ?? null },
    { transport, base: Object.entries(settings.headers), signal, ...(auth === undefined ? {} : { auth }) },
  )
  return {
    status: response.status,
    headers: new Headers(response.headers),
    text: new TextDecoder().decode(response.body),
    json: parse(response.body),
    sentAt,
    receivedAt: Date.now(),
  }
}

function parse(body: Uint8Array): Json | undefined {
  try {
    return parseBytes(body)
  } catch {
    return undefined
  }
}
