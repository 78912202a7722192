import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { EndpointGuard } from '@headgate/storage'
import { UpstreamClient } from '../../src/upstream/client.ts'
import { MetadataCache } from '../../src/upstream/metadata-cache.ts'
import { metadataResponse } from '../../src/iceberg/responses.ts'
import { emptyConfigSuffix } from '../../src/iceberg/load-result.ts'

/**
 * Baseline of the benchmark: the requests and responses of upstream warehouses without decisions, rows, audit events and shared
 * requests. It sends each load to the origin in the argument, finds the metadata in the response, and encodes it again.
 */
const [origin = ''] = process.argv.slice(2)
const client = await UpstreamClient.open({
  name: 'upstream',
  uri: origin,
  limits: { concurrency: 64, waiting: 512, timeoutMs: 60_000, responseBytes: 64 * 1024 * 1024 },
  guard: new EndpointGuard({ named: ['127.0.0.1'], loopback: false }),
  createAuth: async () => {
    const { AuthRegistry } = await import('@headgate/auth')
    return await new AuthRegistry().create({ 'rest.auth.type': 'none' }, { uri: origin, env: {} })
  },
})
const texts = new MetadataCache(64 * 1024 * 1024)
const signal = new AbortController().signal

const server = createServer({ keepAliveTimeout: 65_000, noDelay: true }, (request, response) => {
  pass(request, response).catch((error: unknown) => response.writeHead(502).end(String(error)))
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  process.stdout.write(`ready http://127.0.0.1:${port}\n`)
})

async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '').replace(/^\/v1\/[^/]+\//, '/v1/')
  const earlier = texts.last(path)
  const sent = { method: 'GET', path, query: '', headers: [], body: null, safe: true, earlier } as const
  const answer = await client.send(sent, signal)
  const { metadataLocation, text } = texts.read(path, answer, 'table')
  const encoded = metadataResponse({
    location: metadataLocation,
    text,
    suffix: emptyConfigSuffix,
    etag: null,
  })
  const pieces = toPieces(encoded.body)
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  response.writeHead(200, { ...encoded.headers, 'content-length': length })
  response.cork()
  for (const piece of pieces) response.write(piece)
  response.end()
}

function toPieces(
  body: string | Uint8Array | readonly Uint8Array[] | null | undefined,
): readonly Uint8Array[] {
  if (body === null || body === undefined) return []
  if (typeof body === 'string') return [Buffer.from(body)]
  return body instanceof Uint8Array ? [body] : body
}
