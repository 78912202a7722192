import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startHeadgate } from '../../../conformance/lib/headgate-server.ts'
import type { ProcessKeeper } from '../../../conformance/lib/process-keeper.ts'
import { readMetrics, type Samples } from './read-metrics.ts'

/**
 * Starts a server with every optional part that has metrics, sends requests to the catalog, the gateway and the token
 * endpoint, and returns the metrics of the server.
 *
 * @param folder empty folder for its files
 */
export async function metricsOfServer(keeper: ProcessKeeper, folder: string): Promise<Samples> {
  const policies = join(folder, 'policies')
  mkdirSync(policies, { recursive: true })
  writeFileSync(join(policies, 'all.cedar'), 'permit(principal, action, resource);\n')
  const server = await startHeadgate(keeper, {
    dataDir: join(folder, 'data'),
    log: join(folder, 'server.log'),
    env: { HEADGATE_AUTHORIZER: 'cedar', HEADGATE_CEDAR_POLICIES: policies },
  })
  const paths = ['/v1/config', '/health/live', '/health/ready', '/metrics', '/nothing']
  for (const url of [...paths.map((path) => server.origin + path), `${server.s3Url}/bucket/key`])
    await (await fetch(url)).arrayBuffer()
  await fetch(`${server.origin}/v1/oauth/tokens`, { method: 'POST', body: new URLSearchParams() })
  const text = await readAfterCollection(server.origin)
  await server.process.stop()
  return readMetrics(text)
}

/**
 * Requests the metrics repeatedly until the server has collected garbage, because it has no metrics of garbage
 * collections before. Returns the metrics as text.
 */
async function readAfterCollection(origin: string): Promise<string> {
  for (let requests = 0; requests < 5_000; requests += 1) {
    const text = await (await fetch(`${origin}/metrics`)).text()
    if (text.includes('nodejs_gc_duration_seconds_sum')) return text
  }
  throw new Error(
    'The server did not collect garbage during 5,000 requests, so its metrics of garbage collections are missing.',
  )
}
