import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { serveLocally } from './serve-locally.ts'

export interface DelayedOptions {
  /** Returns a promise that delays the response to a request. The request is forwarded immediately. */
  readonly delay: (request: IncomingMessage) => Promise<void>
  /** Maximum time in ms for which requests wait while the server is down, like at a load balancer during a restart. */
  readonly patienceMs?: number
}

/**
 * Starts a proxy that delays responses, as a distant server would. Forwards requests unchanged, because some of them
 * are signed. Returns its URL.
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
  // Uses a new connection for each request, because the server may close an idle connection at any time.
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
