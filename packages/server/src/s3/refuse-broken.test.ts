import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { Listener } from '../http/listener.ts'
import { refuseBroken } from './refuse-broken.ts'

const long = 'x'.repeat(10_000)

test.each([
  ['garbage', '\x00\r\n\r\n', 400],
  ['headers above the limit', `GET / HTTP/1.1\r\nHost: x\r\nx: ${long}\r\n\r\n`, 400],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['a request to a proxy', 'CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n', 405],
])('refuseBroken returns an S3 error document for %s', async (_name, bytes, status) => {
  const refuse = { refuse: refuseBroken }
  const limits = { maxHeaderBytes: 8_192, requestTimeoutMs: 30_000 }
  await using listener = await Listener.open(
    { host: '127.0.0.1', port: 0, tls: null, ...limits, ...refuse },
    (_request, response) => response.end('asked'),
  )
  const client = connect(listener.port, '127.0.0.1')
  const read: Buffer[] = []
  client.on('data', (piece: Buffer) => read.push(piece))
  client.write(bytes)
  await once(client, 'end')
  const response = String(Buffer.concat(read))
  expect(response).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(response).toMatch(/^content-type: application\/xml$/im)
  expect(response).toMatch(
    /<Error><Code>\w+<\/Code><Message>.+<\/Message><RequestId>\w+<\/RequestId><\/Error>$/,
  )
})
