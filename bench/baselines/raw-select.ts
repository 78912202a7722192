import { readFileSync } from 'node:fs'
import { Pool } from 'pg'
import { serveBare } from './serve-bare.ts'

/**
 * Baseline: a node:http server that runs one prepared SELECT for each request. The SELECT reads compressed metadata
 * from the catalog's table, but the response consists of fixed bytes that are already in memory. Arguments: database
 * URL, pool size, file with the plain body, file with the gzip body.
 */
const [url = '', poolSize = '10', plainFile = '', gzipFile = ''] = process.argv.slice(2)
const plain = readFileSync(plainFile)
const gzip = readFileSync(gzipFile)
const pool = new Pool({ connectionString: url, max: Number(poolSize) })
const namespaces = new Map<string, string>()
for (const { id, path } of (await pool.query<{ id: string; path: string }>('select id, path from namespace'))
  .rows) {
  namespaces.set(path, id)
}
const text =
  'select metadata_location, body, body_length, body_crc from relation where namespace_id = $1 and name = $2'

async function load(path: string): Promise<void> {
  const [, , , , namespace = '', , name = ''] = path.split('/')
  const { rows } = await pool.query({ name: 'load', text, values: [namespaces.get(namespace), name] })
  if (rows.length !== 1) throw new Error(`the catalog of the benchmark has no table ${namespace}.${name}`)
}

serveBare(async (request, response) => {
  await load(request.url ?? '')
  const zipped = request.headers['accept-encoding'] === 'gzip'
  response(zipped ? gzip : plain, zipped)
})
