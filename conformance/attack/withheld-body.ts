import { type IncomingMessage, request } from 'node:http'
import type { HeaderPair } from '../refresh/s3-signature.ts'
import type { Seen } from './attack.ts'

/** Incomplete request: the client sends the head and the first bytes of the body, and withholds the rest. */
export interface WithheldRequest {
  /** Origin of the server, such as `http://127.0.0.1:8181`. */
  readonly origin: string
  readonly method: string
  readonly target: string
  /** Headers of the request, including `Host`. */
  readonly headers: readonly HeaderPair[]
  readonly first: Uint8Array
}

/** Time in ms within which a server must respond although the rest of the body is missing. */
const decisionMs = 5_000

/**
 * Returns the response that the server sends before the body is complete, or undefined if the server waits for the rest
 * of the body.
 *
 * @param waitMs longest wait for the response, in ms
 */
export function responseBeforeBody(
  { origin, method, target, headers, first }: WithheldRequest,
  waitMs: number = decisionMs,
): Promise<Seen | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Seen | undefined>()
  const { hostname, port } = new URL(origin)
  const sent = request(
    {
      hostname,
      port: Number(port),
      method,
      path: target,
      headers: headers.flat(),
      setDefaultHeaders: false,
      agent: false,
    },
    (response: IncomingMessage) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    },
  )
  const timer = setTimeout(() => resolve(undefined), waitMs)
  sent.on('error', reject)
  sent.flushHeaders()
  if (first.length > 0) sent.write(first)
  return promise.finally(() => {
    clearTimeout(timer)
    sent.on('error', () => undefined).destroy()
  })
}
