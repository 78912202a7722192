import { type IncomingMessage, request } from 'node:http'
import type { HeaderPair } from '../refresh/s3-signature.ts'
import type { Seen } from './attack.ts'

/** A request of which the head and the first bytes of the body are sent, and the rest is not. */
export interface WithheldRequest {
  /** `http://host:port`. */
  readonly origin: string
  readonly method: string
  readonly target: string
  /** With the host. */
  readonly headers: readonly HeaderPair[]
  readonly first: Uint8Array
}

/** Time in ms in which a server must have decided without the rest of the body. */
const decisionMs = 5_000

/**
 * Returns the answer that comes before the body is complete; undefined: there is none, the server waits for the rest.
 *
 * @param waitMs how long it waits for the answer
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
