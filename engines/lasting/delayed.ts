import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { serveLocally } from './serve-locally.ts'

export interface DelayedOptions {
  /** Delays the response to a request; the request itself is forwarded immediately. */
  readonly delay: (request: IncomingMessage) => Promise<void>
  /**
   * Time in ms for which requests wait while the server is down, as they would wait at a load balancer during a
   * restart.
   */
  readonly patienceMs?: number
}

/**
 * Starts a proxy that delays responses, like a distant server. It forwards requests unchanged, because some are
 * signed.
 */
export function startDelayed(target: string, options: DelayedOptions): Promise<string> {
  const { delay, patienceMs = 0 } = options
  return serveLocally(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const upstream = await passOn(target, request, Buffer.concat(parts), Date.now() + patienceMs)
    await delay(request)
    respondWith(response, upstream)
  })
}

async function passOn(
  target: string,
  request: IncomingMessage,
  body: Buffer,
  until: number,
): Promise<IncomingMessage> {
  for (;;) {
    try {
      return await send(target, request, body)
    } catch (error) {
      const refused = error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED'
      if (!refused || Date.now() > until) throw error
      await sleep(200)
    }
  }
}

function send(target: string, from: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  const { hostname, port } = new URL(target)
  const { method, url: path, headers } = from
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  // Each request uses a new connection, because the server may close a kept one at any time.
  const onward = ask({ hostname, port, method, path, headers, agent: false }, resolve)
  onward.on('error', reject)
  onward.end(body)
  return promise
}

function respondWith(response: ServerResponse, upstream: IncomingMessage): void {
  response.writeHead(upstream.statusCode ?? 502, upstream.rawHeaders)
  upstream.on('error', () => response.destroy())
  upstream.pipe(response)
}
