import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawnSource, type TestHeadgate } from '../headgate.ts'

/**
 * Runs `headgate keys rotate` in a separate process, and kills the process (SIGKILL) as soon as the server has made a
 * number of changes. The process does not receive the response to the last change.
 */
export async function rotateUntilKilled(headgate: TestHeadgate, changes: number): Promise<void> {
  let left = changes
  const enough = Promise.withResolvers<void>()
  const proxy = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const isChange = request.method === 'POST' && request.url?.startsWith('/management/v1/keys') === true
      const headers: Record<string, string> = {}
      for (const name of ['authorization', 'content-type', 'accept'] as const) {
        const value = request.headers[name]
        if (value !== undefined) headers[name] = value
      }
      const upstream = await fetch(headgate.url + (request.url ?? '/'), {
        method: request.method ?? 'GET',
        headers,
        ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
      })
      const body = Buffer.from(await upstream.arrayBuffer())
      if (isChange) left -= 1
      if (isChange && left === 0) return enough.resolve()
      response.writeHead(upstream.status, { 'content-type': upstream.headers.get('content-type') ?? '' })
      response.end(body)
    })()
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
  const child = spawnSource(main, ['keys', 'rotate', '--force-now'], {
    HEADGATE_URL: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    HEADGATE_DATA_DIR: join(headgate.directory, 'data'),
  })
  let output = ''
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  void enough.promise.then(() => child.kill('SIGKILL'))
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
  proxy.closeAllConnections()
  proxy.close()
  if (signal !== 'SIGKILL') throw new Error(`the rotation was not killed: ${output}`)
}
