import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Result of one check, with a reason if the check failed. */
export interface Result {
  readonly title: string
  readonly reason: string | null
}

/**
 * HTTP server of the suite, to which the programs in all runtimes connect. It serves their settings and receives their
 * results.
 */
export interface SuiteServer extends AsyncDisposable {
  readonly origin: string
  /** Replaces the settings and files that the server returns to programs. */
  serve(content: Served): void
  /** Waits for the next program that sends its results, and returns them. */
  results(): Promise<readonly Result[]>
}

interface Served {
  /** Settings that every program requests at its start. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Files of the web page, keyed by name. */
  readonly files: ReadonlyMap<string, string>
  /**
   * Origin of the Lance server, to which requests below `/lance` are forwarded, because the Lance server does not
   * support CORS.
   */
  readonly lance: string
}

const page = '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>'

export async function startSuiteServer(): Promise<SuiteServer> {
  let content: Served = { settings: {}, files: new Map(), lance: '' }
  let waiting = Promise.withResolvers<readonly Result[]>()
  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = request.url ?? ''
    if (target.startsWith('/lance/'))
      return passOn(content.lance, target.slice('/lance'.length), request, response)
    const [path = ''] = target.split('?')
    // Requests below `/silent/` get no response, so that a check can test the time limit of a client.
    if (path.startsWith('/silent/')) return
    const body = await readText(request)
    const code = content.files.get(path.slice(1))
    if (path === '/') send(response, 'text/html', page)
    else if (code !== undefined) send(response, 'text/javascript', code)
    else if (path === '/settings') send(response, 'application/json', JSON.stringify(content.settings))
    else if (path.startsWith('/echo/'))
      send(response, 'application/json', JSON.stringify({ target, headers: request.headers }))
    else if (path === '/results') {
      waiting.resolve(JSON.parse(body) as readonly Result[])
      send(response, 'text/plain', 'thanks')
    } else response.writeHead(404).end()
  }

  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', listening.resolve)
  await listening.promise
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: (served) => void (content = served),
    results: () => {
      waiting = Promise.withResolvers()
      return waiting.promise
    },
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      server.closeAllConnections()
      await closed.promise
    },
  }
}

function send(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' }).end(text)
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

function passOn(upstream: string, path: string, request: IncomingMessage, response: ServerResponse): void {
  const { hostname, port } = new URL(upstream)
  const { method, headers } = request
  const onward = forward({ hostname, port, method, path, headers }, (incoming) => {
    response.writeHead(incoming.statusCode ?? 502, incoming.headers)
    incoming.pipe(response)
  })
  onward.on('error', () => response.destroy())
  request.pipe(onward)
}
