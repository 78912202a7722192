import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Header } from '@headgate/sigv4'
import { expect, test } from 'vitest'
import { type AccessKey, generateAccessKey } from '../../../src/identity/access-keys/access-key.ts'
import { testServer } from '../../server.ts'
import { addAccessKey, sendSigned } from './send-signed.ts'
import { signHeaders } from './sign.ts'

const maxConcurrentRequests = 5
const maxBodyBytes = 100_000
const limits = {
  maxBodyBytes,
  maxJsonDepth: 20,
  maxJsonValues: 250_000,
  requestTimeoutMs: 30_000,
  maxConcurrentRequests,
  maxNameBytes: 255,
  maxPageSize: 1_000,
}
const target = '/v1/lakehouse/namespaces'

/** Sends the head of a signed request without the hash of its body, and the first bytes of the body. */
async function beginRequest(url: string, key: AccessKey, body: string): Promise<Socket> {
  const { host, port } = new URL(url)
  const socket = connect(Number(port), '127.0.0.1')
  await once(socket, 'connect')
  const signed = signHeaders({ method: 'POST', target, host, body }, key, { form: 'pyiceberg' })
  const headers: readonly Header[] = [...signed, ['content-length', String(body.length)]]
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.write(`POST ${target} HTTP/1.1\r\n${lines}\r\n${body.slice(0, 5)}`)
  return socket
}

test('clients that slowly send a signed body without its hash do not use the request slots', async () => {
  await using server = await testServer({ limits })
  await server.caller('etl')
  const keys = [generateAccessKey(), await addAccessKey(server, 'etl')]
  const body = '{"namespace":["slow"]}'
  const slow: Socket[] = []
  for (let turn = 0; turn < 3 * maxConcurrentRequests; turn += 1) {
    slow.push(await beginRequest(server.url, keys[turn % keys.length] ?? generateAccessKey(), body))
    // A request uses a slot until the server waits for its body. Requests that begin together could use all slots.
    expect((await server.send('GET', 'namespaces')).status).toBe(200)
  }
  const statuses = []
  for (let turn = 0; turn < 10; turn += 1)
    statuses.push((await server.send('POST', 'namespaces', { namespace: [`n${turn}`] })).status)
  expect(statuses).toEqual(statuses.map(() => 200))
  // The slow clients receive their responses after they have sent the rest of the body. The principal of the second
  // access key has no rights.
  for (const [turn, socket] of slow.entries()) {
    const response = once(socket, 'data')
    socket.write(body.slice(5))
    expect(String((await response)[0])).toMatch(turn % 2 === 0 ? /^HTTP\/1.1 401 / : /^HTTP\/1.1 40[34] /)
    socket.destroy()
  }
})

test('the memory for large signed bodies without their hash is limited for each address, and released', async () => {
  await using server = await testServer({ limits })
  await server.caller('etl')
  const key = await addAccessKey(server, 'etl')
  const body = JSON.stringify({ namespace: ['large'], properties: { x: 'x'.repeat(0.9 * maxBodyBytes) } })
  const send = async (): Promise<number> =>
    (await sendSigned(server.url, key, `POST ${target}`, { form: 'pyiceberg', body })).status
  const first = await beginRequest(server.url, key, body)
  await expect.poll(send).toBe(429)
  // The request contains the hash of its body, so the server can verify the sender before it reads the body.
  expect((await sendSigned(server.url, key, `POST ${target}`, { body })).status).not.toBe(429)
  first.destroy()
  await expect.poll(send).not.toBe(429)
})
