import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * HTTP server that records requests. The server under test must not send requests to it for keys that an attacker's
 * token names. It is also the object store and the security token service of one warehouse, whose requests are
 * expected.
 */
export interface Trap extends AsyncDisposable {
  readonly origin: string
  /** Received requests for keys of the attacker. Each of them shows a fault of the server under test. */
  readonly asked: readonly string[]
  /** Parameters of requests to the security token service. */
  readonly sessions: readonly URLSearchParams[]
  /** Sets the JSON Web Key Set that is returned to requests for keys. */
  serve(jwks: unknown): void
}

export async function startTrap(): Promise<Trap> {
  const asked: string[] = []
  const sessions: URLSearchParams[] = []
  const objects = new Map<string, Buffer>()
  let jwks: unknown = { keys: [] }
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const path = (request.url ?? '/').split('?')[0] ?? '/'
      const body = Buffer.concat(pieces)
      if (path.startsWith('/attacker')) {
        asked.push(`${request.method} ${request.url}`)
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(jwks))
      } else if (request.method === 'POST' && path === '/') {
        sessions.push(new URLSearchParams(body.toString()))
        response.end(storageKeys())
      } else if (request.method === 'PUT') {
        objects.set(path, body)
        response.writeHead(200, { etag: '"1"' }).end()
      } else {
        const found = objects.get(path)
        response.writeHead(found === undefined ? 404 : 200, { etag: '"1"' })
        response.end(request.method === 'HEAD' ? undefined : found)
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    sessions,
    serve(keys) {
      jwks = keys
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function storageKeys(): string {
  const end = new Date(Date.now() + 3_600_000).toISOString()
  return `<R><Credentials><AccessKeyId>ATRAP</AccessKeyId><SecretAccessKey>trap-secret</SecretAccessKey><SessionToken>trap-session</SessionToken><Expiration>${end}</Expiration></Credentials></R>`
}
