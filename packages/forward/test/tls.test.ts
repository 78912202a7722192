import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { AuthRegistry } from '@headgate/auth'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startProxy } from '../src/proxy.ts'
import { testUpstream } from './upstream.ts'

const certificates = new URL('../../testkit/certificates/', import.meta.url)

let server: Server
let cert: string
let upstream: string

beforeAll(async () => {
  const key = await readFile(new URL('ec.key', certificates))
  cert = await readFile(new URL('ec.crt', certificates), 'utf8')
  server = createServer({ key, cert }, (request, response) => {
    response.end(JSON.stringify({ host: request.headers.host, url: request.url }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  upstream = `https://127.0.0.1:${(server.address() as AddressInfo).port}/base`
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

it('the proxy sends nothing to a server whose certificate is not trusted, and sends requests to a trusted server over one connection', async () => {
  let connections = 0
  let requests = 0
  server.on('secureConnection', () => connections++).on('request', () => requests++)
  const auth = await new AuthRegistry().create({ 'rest.auth.type': 'bearer', 'rest.auth.bearer.token': 'x' })
  {
    await using proxy = await startProxy({ upstream, auth })
    const refused = await fetch(`${proxy.url}/v1/config`)
    const message = expect.stringMatching(/SELF_SIGNED_CERT.*nothing was sent/)
    expect([refused.status, await refused.json()]).toMatchObject([503, { error: { message } }])
    expect(requests).toBe(0)
  }
  const trusted = getCACertificates('default')
  setDefaultCACertificates([...trusted, cert])
  try {
    await using proxy = await startProxy({ upstream, auth })
    connections = 0
    for (const path of ['/v1/a', '/v1/b']) {
      const response = await fetch(`${proxy.url}${path}`)
      expect(await response.json()).toEqual({ host: new URL(upstream).host, url: `/base${path}` })
    }
    expect(connections).toBe(1)
  } finally {
    setDefaultCACertificates(trusted)
  }
})

it('the client receives 503 after the time limit if the TLS connection is not established, and nothing is sent', async () => {
  await using silent = await testUpstream(() => undefined)
  const auth = await new AuthRegistry().create({ 'rest.auth.type': 'bearer', 'rest.auth.bearer.token': 'x' })
  await using proxy = await startProxy({
    upstream: silent.url.replace('http:', 'https:'),
    auth,
    connectTimeoutMs: 200,
  })
  const response = await fetch(`${proxy.url}/v1/config`, { method: 'POST', body: '{}' })
  const message = expect.stringContaining('No connection')
  expect([response.status, await response.json()]).toMatchObject([503, { error: { message } }])
})
