import { once } from 'node:events'
import {
  createServer as createPlain,
  type IncomingMessage,
  request as sendPlain,
  type ServerResponse,
} from 'node:http'
import { createServer as createSecure } from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface FrontRequest {
  readonly method: string
  /** Path and query of the request, exactly as they were sent. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface FrontResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Rule of a fault: functions that change requests, answer them in place of the server, or change responses. */
export interface Rule {
  /** Returns the request to forward, or a response that is sent without forwarding the request. */
  readonly request?: (
    request: FrontRequest,
  ) => FrontRequest | FrontResponse | Promise<FrontRequest | FrontResponse>
  readonly response?: (
    response: FrontResponse,
    request: FrontRequest,
  ) => FrontResponse | Promise<FrontResponse>
}

/** Reverse proxy that injects faults. */
export interface Front extends AsyncDisposable {
  readonly url: string
}

export interface FrontOptions {
  /** Base URL of the server to which the proxy forwards requests. */
  readonly target: string
  readonly rule?: Rule
  /** Certificate and key, if the proxy uses TLS. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer }
}

/**
 * Starts a fault-injecting proxy on a free port of the loopback interface. It keeps the header `Host`, which
 * signatures contain.
 */
export async function startFront({ target, rule = {}, tls }: FrontOptions): Promise<Front> {
  const serve = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    void handle(target, rule, incoming, outgoing).catch(() => outgoing.destroy())
  }
  const server = tls === undefined ? createPlain(serve) : createSecure(tls, serve)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function handle(
  target: string,
  rule: Rule,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const request: FrontRequest = {
    method: incoming.method ?? 'GET',
    target: incoming.url ?? '/',
    headers: toTexts(incoming.headers),
    body: await buffer(incoming),
  }
  const changed = (await rule.request?.(request)) ?? request
  const response = 'status' in changed ? changed : await forward(target, changed)
  const final = 'status' in changed ? response : ((await rule.response?.(response, request)) ?? response)
  const { 'transfer-encoding': _, 'content-length': __, ...headers } = final.headers
  const hasLength = request.method === 'HEAD' ? final.headers['content-length'] : String(final.body.length)
  outgoing.writeHead(final.status, {
    ...headers,
    ...(hasLength === undefined ? {} : { 'content-length': hasLength }),
  })
  outgoing.end(request.method === 'HEAD' ? undefined : final.body)
}

async function forward(
  target: string,
  { method, target: path, headers, body }: FrontRequest,
): Promise<FrontResponse> {
  const { hostname, port } = new URL(target)
  // The proxy requests uncompressed responses, because a rule can change only these.
  const sent = { ...headers, 'accept-encoding': 'identity' }
  const outgoing = sendPlain({ hostname, port, method, path, headers: sent, setHost: false })
  outgoing.end(body)
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  return {
    status: incoming.statusCode ?? 502,
    headers: toTexts(incoming.headers),
    body: await buffer(incoming),
  }
}

function toTexts(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
    ),
  )
}
