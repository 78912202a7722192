import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { testServer } from '../server.ts'

const maxConcurrentRequests = 5

test.each(['/v1/oauth/tokens', '/oauth/token'])(
  'An unauthenticated client that sends a form slowly to %s does not use one of the request slots',
  async (path) => {
    await using server = await testServer({
      limits: {
        maxBodyBytes: 100_000,
        maxJsonDepth: 20,
        maxJsonValues: 250_000,
        requestTimeoutMs: 30_000,
        maxConcurrentRequests,
        maxNameBytes: 255,
        maxPageSize: 1_000,
      },
    })
    const form = 'grant_type=client_credentials'
    const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\n`
    const slow = await Promise.all(
      Array.from({ length: 3 * maxConcurrentRequests }, async () => {
        const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
        await once(socket, 'connect')
        socket.write(`${head}content-length: ${form.length}\r\n\r\n${form.slice(0, 5)}`)
        return socket
      }),
    )
    const statuses = []
    for (let turn = 0; turn < 10; turn += 1) {
      statuses.push((await server.send('POST', 'namespaces', { namespace: [`n${turn}`] })).status)
    }
    expect(statuses).toEqual(statuses.map(() => 200))
    // The slow clients also receive their responses after they have sent the rest of the form.
    for (const socket of slow) {
      const response = once(socket, 'data')
      socket.write(form.slice(5))
      expect(String((await response)[0])).toMatch(/^HTTP\/1.1 4\d\d [^]*"error":"invalid_/)
      socket.destroy()
    }
  },
)
