import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { crc32, deflateRawSync } from 'node:zlib'
import { Pool } from 'pg'
import { Histogram } from '../load/histogram.ts'
import { objectWriter, type RawStorage } from './object-writer.ts'
import { serveBare } from './serve-bare.ts'

/** Options of the raw-commit process, as JSON in its only command-line argument. */
export interface RawCommitOptions {
  readonly url: string
  readonly poolSize: number
  readonly storage: RawStorage
  /** File that contains the metadata text to write in each commit. */
  readonly textFile: string
  /**
   * If present, clients inside this process call the commit function directly, without HTTP. The process then
   * prints one line of `DirectCounts` and exits.
   */
  readonly direct?: { readonly clients: number; readonly warmUpMs: number; readonly durationMs: number }
}

/**
 * Baseline for commits: writes one object and runs one prepared UPDATE for each commit, without any check.
 */
const options = JSON.parse(process.argv[2] ?? '') as RawCommitOptions
const content = readFileSync(options.textFile)
const compressed = deflateRawSync(content, { level: 4 })
const crc = crc32(content)
const pool = new Pool({ connectionString: options.url, max: options.poolSize })
const put = objectWriter(options.storage)
const ids = new Map<string, string>()
for (const { id, name } of (await pool.query<{ id: string; name: string }>('select id, name from relation'))
  .rows) {
  ids.set(name, id)
}
const text = `update relation set version = version + 1, metadata_location = $2, body = $3, body_length = $4, body_crc = $5, updated_at = now()
  where id = $1`

async function commit(name: string): Promise<void> {
  const location = await put(`${name}/metadata/${randomUUID()}.metadata.json`, content)
  const { rowCount } = await pool.query({
    name: 'commit',
    text,
    values: [ids.get(name), location, compressed, content.length, crc],
  })
  if (rowCount !== 1) throw new Error(`the catalog of the benchmark has no table ${name}`)
}

if (options.direct) {
  const { clients, warmUpMs, durationMs } = options.direct
  const latencies = new Histogram()
  const names = [...ids.keys()]
  const end = new AbortController()
  const loops = Array.from({ length: clients }, async (_, at) => {
    while (!end.signal.aborted) {
      const sentAt = performance.now()
      await commit(names[at % names.length] ?? '')
      latencies.add(performance.now() - sentAt)
    }
  })
  await new Promise((resolve) => setTimeout(resolve, warmUpMs))
  latencies.clear()
  const startedAt = performance.now()
  await new Promise((resolve) => setTimeout(resolve, durationMs))
  const perSecond = latencies.total / ((performance.now() - startedAt) / 1000)
  const [p50Ms, p99Ms] = [latencies.quantile(0.5), latencies.quantile(0.99)]
  end.abort()
  await Promise.all(loops)
  await pool.end()
  console.log(`counts ${JSON.stringify({ perSecond, p50Ms, p99Ms })}`)
  process.exit()
} else {
  serveBare(async (request, response) => {
    await once(request.resume(), 'end')
    await commit((request.url ?? '').split('/').at(-1) ?? '')
    response(content, false)
  })
}
