import { createServer, type RequestListener } from 'node:http'
import { expect, test } from 'vitest'
import { withHealthChecks } from './health-watch.ts'
import { responseBeforeBody } from './withheld-body.ts'

async function serving(listener: RequestListener): Promise<AsyncDisposable & { readonly origin: string }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

const withheld = (origin: string): Parameters<typeof responseBeforeBody>[0] => ({
  origin,
  method: 'POST',
  target: '/',
  headers: [
    ['host', new URL(origin).host],
    ['content-length', '100'],
  ],
  first: Buffer.from('ten bytes.'),
})

test('responseBeforeBody returns the response of a server that responds before the body, and undefined if the server waits for the body', async () => {
  await using deciding = await serving((_, response) => response.writeHead(403).end('no'))
  expect(await responseBeforeBody(withheld(deciding.origin), 2_000)).toEqual({ status: 403, text: 'no' })
  await using waiting = await serving((request, response) => {
    request.resume().on('end', () => response.writeHead(403).end('no'))
    request.on('error', () => undefined)
  })
  expect(await responseBeforeBody(withheld(waiting.origin), 200)).toBeUndefined()
})

test('withHealthChecks reports a server that responds too slowly while a case runs', async () => {
  let delayMs = 0
  await using server = await serving((_, response) => {
    setTimeout(() => response.end('{}'), delayMs)
  })
  const work = (): Promise<string> => Promise.resolve('done')
  expect(await withHealthChecks(server.origin, work, 150)).toEqual({ result: 'done', held: undefined })
  delayMs = 200
  expect(await withHealthChecks(server.origin, work, 150)).toEqual({
    result: 'done',
    held: expect.stringContaining('a health check during the case took'),
  })
})

test('withHealthChecks throws when the server answers a health check with an error', async () => {
  await using server = await serving((_, response) => response.writeHead(503).end())
  await expect(withHealthChecks(server.origin, () => Promise.resolve('done'))).rejects.toThrow('health: 503')
})
