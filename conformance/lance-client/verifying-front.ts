import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Botocore } from '../sigv4/botocore.ts'

/** Access keys that the proxy accepts, and the region and service for which requests must be signed. */
export interface FrontKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly region: string
  readonly service: string
}

/**
 * Starts a proxy that accepts only requests whose signature equals the one that botocore computes, byte for byte. It
 * refuses all others with an error in the form of Lance. It simulates Amazon API Gateway in front of a catalog.
 */
export async function startVerifyingFront(
  upstream: string,
  keys: FrontKeys,
  botocore: Botocore,
): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
      const body = Buffer.concat(chunks)
      if (await isSigned(request, body, keys, botocore)) return passOn(upstream, request, body, response)
      response.writeHead(401, { 'content-type': 'application/json' })
      return void response.end('{"error":"The signature does not match","code":16}')
    })()
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      server.closeAllConnections()
      await closed.promise
    },
  }
}

async function isSigned(
  { method = '', url = '', headers }: IncomingMessage,
  body: Buffer,
  keys: FrontKeys,
  botocore: Botocore,
): Promise<boolean> {
  const { authorization = '', 'x-amz-date': date = '' } = headers
  const names = /SignedHeaders=([^,]+),/.exec(authorization)?.[1]?.split(';')
  if (names === undefined || typeof date !== 'string') return false
  const signedHeaders = names
    .filter((name) => name !== 'host' && name !== 'x-amz-date')
    .map((name) => [name, String(headers[name])] as const)
  const time = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  if (!(Math.abs(Date.now() - time) < 300_000)) return false
  const whole = `http://${headers.host}${url}`
  const request = { method, url: whole, headers: signedHeaders, body: body.length === 0 ? null : body }
  const settings = { ...keys, sessionToken: undefined, time, expires: 0, payloadHeader: 'hex' } as const
  const theirs = await botocore.sign({ request, ...settings }, whole, 'header', signedHeaders)
  return theirs.headers.some(([name, value]) => name === 'authorization' && value === authorization)
}

function passOn(upstream: string, request: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const { hostname, port } = new URL(upstream)
  const { 'transfer-encoding': _, ...headers } = request.headers
  const onward = forward(
    {
      hostname,
      port,
      method: request.method,
      path: request.url,
      headers: { ...headers, 'content-length': body.length },
    },
    (incoming) => {
      response.writeHead(incoming.statusCode ?? 502, incoming.headers)
      incoming.pipe(response)
    },
  )
  onward.on('error', () => response.destroy())
  onward.end(body)
}
