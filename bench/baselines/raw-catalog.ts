import { createServer } from 'node:http'

/**
 * Simulated upstream catalog for the cases `upstream`: a node:http server that answers `GET /v1/config` and
 * loads of tables with prepared bytes. Each table has its own UUID. Arguments: size of the metadata in bytes,
 * number of tables, CPU time in ms that each load takes, and `etags` if loads have ETags.
 */
const [size = '6000', count = '64', busyMs = '0', tagged = ''] = process.argv.slice(2)
const bodies = Array.from({ length: Number(count) }, (_, n) => Buffer.from(JSON.stringify(loadResult(n))))

function loadResult(n: number): object {
  const location = `s3://bench/t${n}`
  const snapshots = Array.from({ length: Math.ceil(Number(size) / 420) }, (_, at) => ({
    'sequence-number': at + 1,
    'snapshot-id': 5_000_000_000_000 + at,
    'timestamp-ms': 1_700_000_000_000 + at * 60_000,
    summary: {
      operation: 'append',
      'added-data-files': '4',
      'added-records': '100000',
      'total-records': `${at}`,
    },
    'manifest-list': `${location}/metadata/snap-${at}-00000000-0000-4000-8000-000000000000.avro`,
    'schema-id': 0,
  }))
  return {
    'metadata-location': `${location}/metadata/00001-00000000-0000-4000-8000-000000000000.metadata.json`,
    metadata: {
      'format-version': 2,
      'table-uuid': `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
      location,
      'last-sequence-number': snapshots.length,
      'last-updated-ms': 1_700_000_000_000,
      'last-column-id': 1,
      'current-schema-id': 0,
      schemas: [
        { type: 'struct', 'schema-id': 0, fields: [{ id: 1, name: 'id', required: true, type: 'long' }] },
      ],
      'default-spec-id': 0,
      'partition-specs': [{ 'spec-id': 0, fields: [] }],
      properties: { owner: 'bench' },
      snapshots,
    },
    config: {},
  }
}

const server = createServer({ keepAliveTimeout: 65_000, noDelay: true }, (request, response) => {
  const [, n] = /\/tables\/t(\d+)/.exec(request.url ?? '') ?? []
  const body = n === undefined ? Buffer.from('{}') : (bodies[Number(n)] ?? Buffer.from('{}'))
  if (n !== undefined) spin(Number(busyMs))
  const etag = `"t${n}"`
  const hasTag = n !== undefined && tagged === 'etags'
  if (hasTag && request.headers['if-none-match'] === etag) {
    response.writeHead(304, { etag }).end()
    return
  }
  const headers = { 'content-type': 'application/json', 'content-length': String(body.length) }
  response.writeHead(200, hasTag ? { ...headers, etag } : headers)
  response.end(body)
})
/** Uses the CPU for a time in ms. */
function spin(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(`ready http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`)
})
