import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'
import { AuthRegistry, type AuthProvider } from '@headgate/auth'
import { describe, expect, it } from 'vitest'
import { startProxy, type Proxy, type ProxyOptions, type Told } from '../src/proxy.ts'
import { head, sendRaw } from './client.ts'
import { jsonAnswer, testUpstream, type TestUpstream } from './upstream.ts'

const token = 'of-the-proxy'
const bearer = async (): Promise<AuthProvider> =>
  await new AuthRegistry().create({ 'rest.auth.type': 'bearer', 'rest.auth.bearer.token': token })

interface Scene extends AsyncDisposable {
  readonly proxy: Proxy
  readonly upstream: TestUpstream
  readonly told: Told[]
}

async function scene(
  answer: Parameters<typeof testUpstream>[0] = () => jsonAnswer('{}'),
  options: Partial<ProxyOptions> & { readonly basePath?: string } = {},
): Promise<Scene> {
  const upstream = await testUpstream(answer)
  const told: Told[] = []
  const { basePath = '', ...rest } = options
  const proxy = await startProxy({
    upstream: `${upstream.url}${basePath}`,
    auth: await bearer(),
    onRequest: (each) => void told.push(each),
    ...rest,
  })
  return {
    proxy,
    upstream,
    told,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])
const bodyOf = (answer: string): string => answer.slice(answer.indexOf('\r\n\r\n') + 4)

describe('the forwarded request', () => {
  it('has the path and query byte for byte, below the base of the upstream', async () => {
    await using on = await scene(undefined, { basePath: '/iceberg' })
    const paths = [
      '/v1/a%2Fb/namespaces/x%1Fy/tables/o%27c?pageToken=a+b%20c&&x',
      '/v1//double///slash/',
      '/v1/a/../b/./c',
      '/v1/!$&\'()*,;=:@~|"<>^`{}[]',
      '/v1/%e4%zz/%',
      '//host/v1/config',
    ]
    for (const path of paths) await sendRaw(on.proxy.url, head(on.proxy.url, `GET ${path}`))
    for (const path of paths) expect(on.upstream.received()).toContain(`GET /iceberg${path} HTTP/1.1\r\n`)
  })

  it('has the host of the upstream and the provider’s identity, and none of the client', async () => {
    await using on = await scene()
    const claimed = [
      'Authorization: Bearer of-the-client',
      'authorization: Basic b3RoZXI=',
      'Cookie: session=of-the-client',
      'X-Forwarded-User: admin',
      'X_Forwarded_User: admin',
      'X-Forwarded-For: 10.0.0.1',
      'Forwarded: for=10.0.0.1',
      'x-amz-security-token: of-the-client',
      'X-Amzn-Lattice-Identity: Principal=admin',
      'X-Goog-IAP-JWT-Assertion: of-the-client',
      'X-MS-CLIENT-PRINCIPAL: admin',
      'Original-Authorization: Bearer of-the-client',
      'Remote-User: admin',
      'x-api-key: of-the-client',
      'DPoP: of-the-client',
      'X-HTTP-Method-Override: DELETE',
      'X-Original-URL: /admin',
      'X-Iceberg-Access-Delegation: vended-credentials',
      'X-Goog-User-Project: billing',
      'Idempotency-Key: 1',
    ]
    await sendRaw(on.proxy.url, head(on.proxy.url, 'GET /v1/config', ...claimed))
    const sent = on.upstream.received()
    expect(sent).toContain(`\r\nHost: ${new URL(on.upstream.url).host}\r\n`)
    expect(sent.match(/^authorization: .*$/gim)).toEqual([`Authorization: Bearer ${token}`])
    expect(sent).not.toMatch(/of-the-client|admin|10\.0\.0\.1|b3RoZXI|DELETE/)
    expect(sent).toMatch(/X-Iceberg-Access-Delegation: vended-credentials\r\n/)
    expect(sent).toMatch(/X-Goog-User-Project: billing\r\n[^]*Idempotency-Key: 1\r\n/)
  })

  it('has no headers of the client’s connection, those that Connection names included', async () => {
    await using on = await scene()
    const request = [
      'GET /v1/config HTTP/1.1',
      `Host: ${new URL(on.proxy.url).host}`,
      'Connection: close, X-Mine, upgrade',
      'X-Mine: hop',
      'Upgrade: TLS/1.2',
      'TE: trailers',
      'Keep-Alive: timeout=5',
      'Proxy-Connection: keep-alive',
      'X-Other: end',
    ]
    const answer = await sendRaw(on.proxy.url, `${request.join('\r\n')}\r\n\r\n`)
    expect(statusOf(answer)).toBe(200)
    const sent = on.upstream.received()
    expect(sent).not.toMatch(/X-Mine|Upgrade|\bTE:|Keep-Alive: |Proxy-Connection/i)
    expect(sent).toContain('X-Other: end')
  })

  it('keeps the framing of bodies: with their length, in chunks, or none', async () => {
    await using on = await scene()
    const { url } = on.proxy
    await sendRaw(url, `${head(url, 'POST /v1/a', 'Content-Length: 5')}hello`)
    await sendRaw(url, `${head(url, 'POST /v1/b', 'Transfer-Encoding: chunked')}3\r\nabc\r\n0\r\n\r\n`)
    await sendRaw(url, head(url, 'POST /v1/c'))
    await sendRaw(url, head(url, 'DELETE /v1/d'))
    const sent = on.upstream.received()
    expect(sent).toMatch(/POST \/v1\/a [^]*content-length: 5\r\n[^]*\r\n\r\nhello/i)
    expect(sent).toMatch(/POST \/v1\/b [^]*transfer-encoding: chunked\r\n[^]*\r\n\r\n3\r\nabc\r\n0\r\n\r\n/i)
    expect(sent).toMatch(/POST \/v1\/c [^]*content-length: 0\r\n/i)
    expect(sent.slice(sent.indexOf('DELETE'))).not.toMatch(/content-length|transfer-encoding/i)
  })

  it('streams 64 MB in both directions through a proxy that may buffer 1 MB', async () => {
    const server = createServer((request, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' })
      request.pipe(response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await using proxy = await startProxy({
      upstream: `http://127.0.0.1:${port}`,
      auth: await bearer(),
      bufferLimit: 1024 * 1024,
    })
    const piece = new Uint8Array(1024 * 1024).fill(7)
    let left = 64
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => (left-- > 0 ? controller.enqueue(piece) : controller.close()),
    })
    const response = await fetch(`${proxy.url}/v1/table/t/insert`, { method: 'POST', body, duplex: 'half' })
    let bytes = 0
    for await (const chunk of response.body ?? []) bytes += chunk.length
    expect(bytes).toBe(64 * 1024 * 1024)
    server.close()
    server.closeAllConnections()
  })

  it('has the headers that are configured, in the place of those of clients', async () => {
    await using on = await scene(undefined, { headers: [['x-lancedb-database', 'ours']] })
    await sendRaw(on.proxy.url, head(on.proxy.url, 'GET /v1/table', 'X-LanceDB-Database: theirs'))
    expect(on.upstream.received()).toMatch(/x-lancedb-database: ours\r\n/)
    expect(on.upstream.received()).not.toContain('theirs')
  })
})

describe('what is refused before anything is sent', () => {
  it('paths that some server might read as a way out of the base', async () => {
    await using on = await scene(undefined, { basePath: '/iceberg' })
    const ways = [
      '/../admin',
      '/v1/../../admin',
      '/%2e%2e/admin',
      '/v1/.%2E/%2e./admin',
      '/..%2fadmin',
      '/v1%2f..%2f../admin',
      '/..\\admin',
      '/..%5cadmin',
      '/v1//../../admin',
      '/..;x=1/admin',
      '/.%2e%3bx/admin',
      // One segment for some servers, two for others.
      '/a%2Fb/../../admin',
      '/a\\b/../../admin',
      '/v1/a%5Cb%2fc/../../../admin',
    ]
    for (const way of ways) {
      expect(statusOf(await sendRaw(on.proxy.url, head(on.proxy.url, `GET ${way}`)))).toBe(400)
    }
    expect(on.upstream.received()).toBe('')
  })

  it('other servers: absolute targets, authorities, asterisks, tunnels', async () => {
    await using on = await scene()
    const { url } = on.proxy
    const answers = [
      await sendRaw(url, head(url, 'GET http://other.example/v1/config')),
      await sendRaw(url, head(url, `GET ${on.upstream.url}/v1/config`)),
      await sendRaw(url, head(url, 'OPTIONS *')),
      await sendRaw(url, head(url, 'CONNECT other.example:443')),
    ]
    expect(answers.map(statusOf)).toEqual([400, 400, 400, 405])
    for (const answer of answers) expect(bodyOf(answer)).toMatch(/"message":".*uri.*","type":"\w+","code":4/)
    expect(on.upstream.connections()).toBe(0)
  })

  it('refuses other hosts, two hosts and a missing host', async () => {
    await using on = await scene()
    const { url } = on.proxy
    const { host, port } = new URL(url)
    const ask = async (...lines: string[]): Promise<number> =>
      statusOf(
        await sendRaw(
          url,
          `${['GET /v1/config HTTP/1.1', ...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`,
        ),
      )
    expect(await ask('Host: rebound.example')).toBe(403)
    expect(await ask(`Host: rebound.example:${port}`)).toBe(403)
    expect(await ask('Host: 127.0.0.1')).toBe(403)
    expect(await ask('Host: 127.0.0.1:1')).toBe(403)
    expect(await ask(`Host: ${host}`, 'Host: rebound.example')).toBe(400)
    expect(await ask()).toBe(400)
    expect(on.upstream.connections()).toBe(0)
    expect(await ask(`Host: LOCALHOST:${port}`)).toBe(200)
    expect(await ask(`Host: ${host}`)).toBe(200)
  })

  it('refuses web pages, which could use the browser of the user of the proxy', async () => {
    await using on = await scene()
    const { url } = on.proxy
    for (const header of ['Origin: https://evil.example', 'Origin: null', 'Sec-Fetch-Site: cross-site']) {
      expect(statusOf(await sendRaw(url, head(url, 'POST /v1/x', header, 'Content-Length: 0')))).toBe(403)
    }
    expect(on.upstream.connections()).toBe(0)
  })

  it('requests that could be read as two', async () => {
    await using on = await scene()
    const { url } = on.proxy
    const smuggled = 'GET /admin HTTP/1.1\r\nHost: x\r\n\r\n'
    const answers = [
      await sendRaw(
        url,
        `${head(url, 'POST /v1/a', 'Content-Length: 4', 'Transfer-Encoding: chunked')}0\r\n\r\n${smuggled}`,
      ),
      await sendRaw(
        url,
        `${head(url, 'POST /v1/a', 'Content-Length: 0', `Content-Length: ${smuggled.length}`)}${smuggled}`,
      ),
      await sendRaw(
        url,
        `${head(url, 'POST /v1/a', 'Transfer-Encoding: chunked, identity')}0\r\n\r\n${smuggled}`,
      ),
      await sendRaw(url, `${head(url, 'POST /v1/a', 'Transfer-Encoding : chunked')}0\r\n\r\n${smuggled}`),
      await sendRaw(url, head(url, 'GET /v1/a', 'X-A: b\rAuthorization: c')),
      await sendRaw(url, head(url, 'GET /v1/a', ' folded: header')),
      await sendRaw(url, `GET /v1/a\x00 HTTP/1.1\r\nHost: ${new URL(url).host}\r\n\r\n`),
    ]
    expect(answers.map(statusOf)).toEqual(answers.map(() => 400))
    expect(on.upstream.received()).not.toContain('/admin')
  })

  it('clients without the secret, each way but the two in which clients can send it', async () => {
    const secret = 's3cret-of-this-run'
    await using on = await scene(undefined, { secret })
    const { url } = on.proxy
    const ask = async (...headers: string[]): Promise<string> =>
      await sendRaw(url, head(url, 'GET /v1/config', ...headers))
    for (const wrong of [
      [],
      ['Authorization: Bearer wrong'],
      ['Authorization: Basic czNjcmV0'],
      [`X-Api-Key: ${secret}x`],
    ]) {
      const answer = await ask(...wrong)
      expect(statusOf(answer)).toBe(401)
      expect(answer).not.toContain(secret)
    }
    expect(on.upstream.connections()).toBe(0)
    expect(statusOf(await ask(`Authorization: Bearer ${secret}`))).toBe(200)
    expect(statusOf(await ask(`x-api-key: ${secret}`))).toBe(200)
    expect(on.upstream.received()).not.toContain(secret)
  })

  it('refuses TRACE, whose response would show the credentials to the client', async () => {
    await using on = await scene((request) => jsonAnswer(JSON.stringify({ request })))
    const answer = await sendRaw(on.proxy.url, head(on.proxy.url, 'TRACE /v1/config'))
    expect(statusOf(answer)).toBe(405)
    expect(on.upstream.received()).toBe('')
  })
})

describe('what comes back', () => {
  const config = (own: string): string => `{
  "defaults": {"uri": "${own}/v1-looks-like-it", "rest-page-size": 9007199254740993, "x": "y"},
  "overrides": {"uri": "${own}", "prefix": "p", "rest.auth.type": "none", "token": "t", "header.X": "1",
    "oauth2-server-uri": "https://login.example/token", "u\\u0072i": "${own}/deep?q=1"},
  "endpoints": ["GET /v1/config"]
}`

  it('configuration points at the proxy, and holds nothing that a server may not set', async () => {
    let own = ''
    await using on = await scene(() => jsonAnswer(config(own)), { basePath: '/iceberg' })
    own = `${on.upstream.url}/iceberg`
    const answer = await fetch(`${on.proxy.url}/v1/config`)
    expect(await answer.text()).toBe(`{
  "defaults": {"uri": "${on.proxy.url}/v1-looks-like-it","rest-page-size": 9007199254740993},
  "overrides": {"uri": "${on.proxy.url}","prefix": "p","u\\u0072i": "${on.proxy.url}/deep?q=1"},
  "endpoints": ["GET /v1/config"]
}`)
  })

  it('tables: metadata byte for byte, endpoints through the proxy, those elsewhere left out', async () => {
    let own = ''
    const metadata =
      '{ "location":"s3://b/t", "current-snapshot-id":3055729675574597004,"config":{"uri":"http://x"} }'
    const keys = (origin: string): string =>
      `{"client.refresh-credentials-endpoint":"${origin}/v1/ns/t/credentials?t=1","credentials.uri":"https:\\/\\/evil.example/v1","rest.remote-signing.config":"{}","rest.auth.type":"none","s3.access-key-id":"A"}`
    const body = (origin: string): string =>
      `{"metadata-location":"s3://b/m.json","config":${keys(origin)},"metadata":${metadata},"storage-credentials":[{"prefix":"s3://b","config":${keys(origin)}},{"prefix":"s3://c","config":{"gcs.oauth2.refresh-credentials-endpoint":"v1/relative"}}]}`
    await using on = await scene(() => {
      const packed = gzipSync(body(own))
      const lines = [
        'HTTP/1.1 200 OK',
        'Content-Type: application/json',
        'Content-Encoding: gzip',
        `Content-Length: ${packed.length}`,
        'ETag: "m1"',
      ]
      return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), packed])
    })
    own = on.upstream.url
    const left: string[] = []
    await using second = await startProxy({
      upstream: own,
      auth: await bearer(),
      leftOut: (key) => void left.push(key),
    })
    const answer = await fetch(`${second.url}/v1/namespaces/ns/tables/t`, {
      headers: { 'accept-encoding': 'br' },
    })
    expect(answer.headers.get('content-encoding')).toBeNull()
    expect(answer.headers.get('etag')).toBe('"m1"')
    const cleaned = `{"client.refresh-credentials-endpoint":"${second.url}/v1/ns/t/credentials?t=1","rest.remote-signing.config":"{}","s3.access-key-id":"A"}`
    expect(await answer.text()).toBe(
      `{"metadata-location":"s3://b/m.json","config":${cleaned},"metadata":${metadata},"storage-credentials":[{"prefix":"s3://b","config":${cleaned}},{"prefix":"s3://c","config":{"gcs.oauth2.refresh-credentials-endpoint":"v1/relative"}}]}`,
    )
    expect(left).toEqual(['credentials.uri', 'rest.auth.type', 'credentials.uri', 'rest.auth.type'])
  })

  /** Returns the response of Nessie 0.107 for an S3 warehouse with remote signing. */
  const nessie = (own: string): object => ({
    defaults: {
      'rest-metrics-reporting-enabled': 'false',
      warehouse: 's3://lake',
      'rest-page-size': '200',
      prefix: 'main',
      'io-impl': 'org.apache.iceberg.io.ResolvingFileIO',
      'nessie.authentication.oauth2.token-endpoint': `${own}/v1/oauth/tokens`,
    },
    overrides: {
      'nessie.core-base-uri': `${own.replace('/iceberg', '')}/api/`,
      'nessie.catalog-base-uri': `${own.replace('/iceberg', '')}/catalog/v1/`,
      'nessie.iceberg-base-uri': `${own}/`,
      uri: `${own}/`,
      'nessie.is-nessie-catalog': 'true',
      'nessie.prefix-pattern': '{ref}|{warehouse}',
      'nessie.default-branch.name': 'main',
      'py-io-impl': 'pyiceberg.io.fsspec.FsspecFileIO',
      's3.remote-signing-enabled': 'true',
    },
    endpoints: ['GET /v1/{prefix}/namespaces', 'POST https://evil.example/v1', 'GET //evil.example/v1', 7],
  })

  it('Nessie’s base URIs do not pass: configuration of the catalog is an allow-list', async () => {
    let own = ''
    const left: [string, string][] = []
    await using on = await scene(() => jsonAnswer(JSON.stringify(nessie(own))), {
      basePath: '/iceberg',
      leftOut: (...each) => void left.push(each),
    })
    own = `${on.upstream.url}/iceberg`
    const answer = await fetch(`${on.proxy.url}/v1/config`)
    const text = await answer.text()
    expect(text).not.toContain(on.upstream.url)
    expect(JSON.parse(text)).toEqual({
      defaults: {
        'rest-metrics-reporting-enabled': 'false',
        warehouse: 's3://lake',
        'rest-page-size': '200',
        prefix: 'main',
        'io-impl': 'org.apache.iceberg.io.ResolvingFileIO',
      },
      overrides: {
        uri: `${on.proxy.url}/`,
        'py-io-impl': 'pyiceberg.io.fsspec.FsspecFileIO',
        's3.remote-signing-enabled': 'true',
      },
      endpoints: ['GET /v1/{prefix}/namespaces'],
    })
    expect(left).toContainEqual(['nessie.core-base-uri', 'unknown'])
    expect(left.filter(([name]) => name === 'endpoints')).toHaveLength(3)
  })

  it('properties that an operator adds pass, and their addresses at the catalog become the proxy’s', async () => {
    let own = ''
    await using on = await scene(() => jsonAnswer(JSON.stringify(nessie(own))), {
      basePath: '/iceberg',
      passConfig: ['nessie.iceberg-base-uri', 'nessie.default-branch.*'],
    })
    own = `${on.upstream.url}/iceberg`
    const answer = await fetch(`${on.proxy.url}/v1/config`)
    expect(await answer.json()).toMatchObject({
      overrides: {
        'nessie.iceberg-base-uri': `${on.proxy.url}/`,
        uri: `${on.proxy.url}/`,
        'nessie.default-branch.name': 'main',
      },
    })
    const refused = scene(undefined, { passConfig: ['oauth2-server-uri'] })
    await expect(refused).rejects.toThrow('The proxy never passes oauth2-server-uri')
  })

  it('configuration of tables passes by the same list, also within storage credentials', async () => {
    const config = {
      's3.access-key-id': 'A',
      's3.endpoint': 'https://s3.example',
      'vendor.api-base-uri': 'https://evil.example',
      's3.client-factory-impl': 'com.example.Factory',
      'client.region': { nested: 'https://evil.example' },
    }
    const kept = { 's3.access-key-id': 'A', 's3.endpoint': 'https://s3.example' }
    await using on = await scene(() =>
      jsonAnswer(JSON.stringify({ config, 'storage-credentials': [{ prefix: 's3://b/', config }, 'x'] })),
    )
    const answer = await fetch(`${on.proxy.url}/v1/namespaces/ns/tables/t`)
    expect(await answer.json()).toEqual({
      config: kept,
      'storage-credentials': [{ prefix: 's3://b/', config: kept }],
    })
  })

  it('configuration that is neither an object nor a list is removed', async () => {
    const odd = '{"defaults":[["uri","https://evil.example"]],"overrides":null,"endpoints":{},"config":"x"}'
    await using on = await scene(() => jsonAnswer(odd))
    const answer = await fetch(`${on.proxy.url}/v1/config`)
    expect(await answer.text()).toBe('{"defaults":{},"overrides":null,"endpoints":null,"config":{}}')
  })

  it('configured other names of the upstream are replaced', async () => {
    await using on = await scene(() => jsonAnswer('{"overrides":{"uri":"https://lake.example/cat"}}'), {
      alsoKnownAs: ['https://lake.example/cat'],
    })
    const answer = await fetch(`${on.proxy.url}/v1/config`)
    expect(await answer.json()).toEqual({ overrides: { uri: on.proxy.url } })
  })

  it('addresses that only look like the upstream’s are not taken for it', async () => {
    let own = ''
    const tricks = (): string[] => [
      `${own}@evil.example/`,
      `${own}.evil.example/iceberg`,
      `${own}/icebergx`,
      `${own}/iceberg/../admin`,
      `${own}/iceberg/%2e%2e/admin`,
      `\\\\\\\\evil.example/iceberg`,
      `//evil.example`,
      `${own.replace('http:', 'https:')}/iceberg`,
      'javascript:alert(1)',
      // The URL class of browsers passes over these.
      String.raw`ht\ttps://evil.example/`,
      String.raw`/\n/evil.example`,
      String.raw`\u0001https://evil.example`,
    ]
    await using on = await scene(
      () =>
        jsonAnswer(
          `{"overrides":{${tricks()
            .map((each) => `"uri":"${each}"`)
            .join(',')},"warehouse":"b"}}`,
        ),
      { basePath: '/iceberg' },
    )
    own = on.upstream.url
    expect(await (await fetch(`${on.proxy.url}/v1/config`)).text()).toBe('{"overrides":{"warehouse":"b"}}')
  })

  it('no prefix makes paths of Iceberg look like those of Lance, whose answers are not looked at', async () => {
    let prefix = ''
    const evil = '{"config":{"credentials.uri":"https://evil.example"}}'
    await using on = await scene((request) =>
      jsonAnswer(request.includes('/config') ? JSON.stringify({ overrides: { prefix } }) : evil),
    )
    const prefixes: Record<string, boolean> = {
      table: false,
      'x/../namespace': false,
      'transaction/x': false,
    }
    for (const [given, passes] of Object.entries({ ...prefixes, tables: true, 'a/table': true })) {
      prefix = given
      const { overrides } = (await (await fetch(`${on.proxy.url}/v1/config`)).json()) as { overrides: object }
      expect(overrides).toEqual(passes ? { prefix } : {})
    }
    const loaded = await fetch(`${on.proxy.url}/v1/a/table/namespaces/n/tables/t`)
    expect(await loaded.text()).toBe('{"config":{}}')
  })

  it('redirects and links lead through the proxy or nowhere', async () => {
    const answers: Record<string, (own: string) => string[]> = {
      '/v1/away': () => ['302 Found', 'Location: https://login.example/'],
      '/v1/here': (own) => ['307 Temporary Redirect', `Location: ${own}/iceberg/v1/there?x=1`],
      '/v1/rooted': () => ['307 Temporary Redirect', 'Location: /iceberg/v1/there'],
      '/v1/out': () => ['307 Temporary Redirect', 'Location: /other/v1/there'],
      '/v1/tab': () => ['307 Temporary Redirect', 'Location: ht\ttps://evil.example/'],
      '/v1/next': (own) => [
        '200 OK',
        `Link: <${own}/iceberg/v1/x?page=2>; rel="next", <https://evil.example>; rel="prev"`,
      ],
    }
    let own = ''
    await using on = await scene(
      (request) => {
        const path = /^\w+ \/iceberg(\S+)/.exec(request)?.[1] ?? ''
        const [status = '', ...headers] = answers[path]?.(own) ?? []
        return jsonAnswer('{}', headers, status)
      },
      { basePath: '/iceberg' },
    )
    own = on.upstream.url
    const ask = async (path: string): Promise<Response> =>
      await fetch(`${on.proxy.url}${path}`, { redirect: 'manual' })
    const away = await ask('/v1/away')
    expect([away.status, await away.json()]).toMatchObject([
      502,
      { error: { message: expect.stringContaining('--upstream') } },
    ])
    expect((await ask('/v1/here')).headers.get('location')).toBe(`${on.proxy.url}/v1/there?x=1`)
    expect((await ask('/v1/rooted')).headers.get('location')).toBe(`${on.proxy.url}/v1/there`)
    expect((await ask('/v1/out')).status).toBe(502)
    expect((await ask('/v1/tab')).status).toBe(502)
    expect((await ask('/v1/next')).headers.get('link')).toBe(`<${on.proxy.url}/v1/x?page=2>; rel="next"`)
  })

  it('cookies, challenges and other places of the upstream stay here', async () => {
    const headers = [
      'Set-Cookie: a=b',
      'WWW-Authenticate: Basic',
      'Alt-Svc: h3="evil:443"',
      'Connection: X-Hop',
      'X-Hop: 1',
      'X-Request-Id: 7',
    ]
    await using on = await scene(() => jsonAnswer('{}', headers, '403 Forbidden'))
    const answer = await sendRaw(on.proxy.url, head(on.proxy.url, 'GET /v1/config'))
    expect(statusOf(answer)).toBe(403)
    expect(answer).not.toMatch(/Set-Cookie|WWW-Authenticate|Alt-Svc|X-Hop/i)
    expect(answer).toContain('X-Request-Id: 7\r\n')
  })

  it('a response that cannot be parsed becomes 502 in the form of the protocol', async () => {
    const utf16 = Buffer.from('\ufeff{"overrides":{"uri":"http://evil.example"}}', 'utf16le')
    await using on = await scene((request) =>
      request.includes('/v1/broken')
        ? jsonAnswer('{"config":{"a":')
        : request.includes('/v1/wide')
          ? Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${utf16.length}\r\n\r\n`), utf16])
          : jsonAnswer('{}', ['Content-Encoding: br']),
    )
    for (const path of ['/v1/broken', '/v1/wide', '/v1/brotli']) {
      const answer = await fetch(`${on.proxy.url}${path}`)
      expect([answer.status, await answer.json()]).toEqual([
        502,
        { error: { code: 502, type: 'InternalServerError', message: expect.any(String) } },
      ])
    }
  })

  it('answers of Lance pass as they are, packed or not', async () => {
    const packed = gzipSync('{"config":{"uri":"http://other"}}')
    await using on = await scene(() =>
      Buffer.concat([
        Buffer.from(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${packed.length}\r\n\r\n`),
        packed,
      ]),
    )
    const answer = await sendRaw(
      on.proxy.url,
      head(on.proxy.url, 'POST /v1/table/t/describe', 'Content-Length: 2', 'Accept-Encoding: zstd, gzip') +
        '{}',
    )
    expect(Buffer.from(bodyOf(answer), 'latin1').equals(packed)).toBe(true)
    expect(on.upstream.received()).toContain('Accept-Encoding: zstd, gzip')
  })
})

describe('when something fails', () => {
  it('nothing listens: 503, in each protocol’s own form, and it was not sent', async () => {
    await using proxy = await startProxy({ upstream: 'http://127.0.0.1:1', auth: await bearer() })
    const iceberg = await fetch(`${proxy.url}/v1/config`)
    expect([iceberg.status, await iceberg.json()]).toMatchObject([
      503,
      { error: { type: 'ServiceUnavailableException', code: 503 } },
    ])
    const lance = await fetch(`${proxy.url}/v1/table/t/describe`, { method: 'POST' })
    expect([lance.status, await lance.json()]).toEqual([
      503,
      { code: 17, error: expect.stringContaining('nothing was sent') },
    ])
  })

  it('a broken connection becomes 502, with an unknown state for commits', async () => {
    await using on = await scene((_, socket) => void socket.destroy())
    const answer = await fetch(`${on.proxy.url}/v1/namespaces/n/tables/t`, { method: 'POST', body: '{}' })
    expect([answer.status, await answer.json()]).toMatchObject([
      502,
      { error: { type: 'CommitStateUnknownException', code: 502 } },
    ])
    expect(on.upstream.connections()).toBe(1)
  })

  it('no answer in time: 504; an answer that stops: cut, not ended', async () => {
    await using on = await scene(
      (request) =>
        request.includes('/stops') ? 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"a"' : undefined,
      { answerTimeoutMs: 1_000, idleTimeoutMs: 300 },
    )
    const answer = await fetch(`${on.proxy.url}/v1/config`)
    expect([answer.status, await answer.json()]).toMatchObject([
      504,
      { error: { message: expect.stringContaining('--timeout') } },
    ])
    const stopped = await fetch(`${on.proxy.url}/v1/table/stops`)
    await expect(stopped.text()).rejects.toThrow()
  })

  it('a switch to another protocol becomes 502', async () => {
    await using on = await scene(
      () => 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    )
    const answer = await fetch(`${on.proxy.url}/v1/config`, { signal: AbortSignal.timeout(20_000) })
    expect(answer.status).toBe(502)
  })

  it('a response that arrives before the end of the body is forwarded completely', async () => {
    const server = createServer((_, response) => {
      response.writeHead(413, { 'content-type': 'text/plain' })
      response.write('too ')
      setTimeout(() => response.end('large'), 1_500)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await using proxy = await startProxy({
      upstream: `http://127.0.0.1:${port}`,
      auth: await bearer(),
      answerTimeoutMs: 1_000,
    })
    const start = head(proxy.url, 'POST /v1/table/t/insert', 'Transfer-Encoding: chunked')
    const answer = await sendRaw(proxy.url, `${start}3\r\nabc\r\n`, 'large')
    expect(statusOf(answer)).toBe(413)
    expect(answer).toContain('large')
    server.close()
    server.closeAllConnections()
  })

  it('a client that goes away takes its request with it', async () => {
    const closed = Promise.withResolvers<void>()
    await using on = await scene((_, socket) => void socket.once('close', () => closed.resolve()))
    const gone = new AbortController()
    const asked = fetch(`${on.proxy.url}/v1/config`, { signal: gone.signal }).catch(() => 'gone')
    while (!on.upstream.received().includes('GET')) await new Promise((resolve) => setTimeout(resolve, 10))
    gone.abort()
    expect(await asked).toBe('gone')
    await closed.promise
  })

  it('a provider without credentials: what it says, and nothing is sent', async () => {
    const auth = await new AuthRegistry().create(
      { 'rest.auth.type': 'command', 'rest.auth.command.command': 'false' },
      { initialize: false },
    )
    await using on = await scene(undefined, { auth })
    const answer = await fetch(`${on.proxy.url}/v1/config`)
    expect([answer.status, await answer.json()]).toMatchObject([
      503,
      { error: { message: expect.stringContaining('command') } },
    ])
    expect(on.upstream.connections()).toBe(0)
  })

  const signing = (): Promise<AuthProvider> =>
    new AuthRegistry().create({
      'rest.auth.type': 'sigv4',
      'rest.auth.sigv4.region': 'eu-central-1',
      'rest.auth.sigv4.access-key-id': 'AKIDEXAMPLE',
      'rest.auth.sigv4.secret-access-key': 'secret',
    })

  it('too large to be signed: 413 with what to do', async () => {
    await using on = await scene(undefined, { auth: await signing(), bufferLimit: 100_000 })
    const { url } = on.proxy
    const long = await fetch(`${url}/v1/table/t/insert`, { method: 'POST', body: new Uint8Array(100_001) })
    expect([long.status, await long.json()]).toEqual([
      413,
      { code: 13, error: expect.stringContaining('--buffer-limit') },
    ])
    const chunked = `${head(url, 'POST /v1/table/t/insert', 'Transfer-Encoding: chunked')}30000\r\n${'x'.repeat(0x30000)}\r\n0\r\n\r\n`
    expect(statusOf(await sendRaw(url, chunked))).toBe(413)
    expect(on.upstream.connections()).toBe(0)
  })

  it('bodies beyond the shared budget get 503 with Retry-After', async () => {
    const held: (() => void)[] = []
    await using on = await scene((_, socket) => void held.push(() => void socket.write(jsonAnswer('{}'))), {
      auth: await signing(),
      bufferLimit: 100_000,
      bufferBudget: 150_000,
    })
    const send = async (): Promise<Response> =>
      await fetch(`${on.proxy.url}/v1/table/t/insert`, { method: 'POST', body: new Uint8Array(100_000) })
    const first = send()
    while (held.length < 1) await new Promise((resolve) => setTimeout(resolve, 10))
    const second = await send()
    expect([second.status, second.headers.get('retry-after'), await second.json()]).toEqual([
      503,
      '1',
      { code: 17, error: expect.stringContaining('Too many bodies') },
    ])
    held.pop()?.()
    expect((await first).status).toBe(200)
    const third = send()
    while (held.length < 1) await new Promise((resolve) => setTimeout(resolve, 10))
    held.pop()?.()
    expect((await third).status).toBe(200)
  })

  it('requests beyond the limit get 503 with Retry-After', async () => {
    const held: (() => void)[] = []
    await using on = await scene((_, socket) => void held.push(() => void socket.write(jsonAnswer('{}'))), {
      maxRequests: 2,
    })
    const ask = async (): Promise<Response> => await fetch(`${on.proxy.url}/v1/config`)
    const first = [ask(), ask()]
    while (held.length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
    const third = await ask()
    expect([third.status, third.headers.get('retry-after')]).toEqual([503, '1'])
    for (const release of held) release()
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200])
  })
})

describe('another try', () => {
  const renewing = (): AuthProvider & { asked: number } => {
    const provider = {
      asked: 0,
      authenticate: async (request: Parameters<AuthProvider['authenticate']>[0]) => ({
        ...request,
        headers: [...request.headers, ['Authorization', `Bearer ${provider.asked}`] as const],
      }),
      onResponse: (response: { status: number }) => {
        provider.asked++
        return response.status === 401 ? ('retry' as const) : undefined
      },
    }
    return provider
  }

  it('sends the same body again when the provider requests it', async () => {
    const auth = renewing()
    await using on = await scene(() => jsonAnswer('{}', [], '401 Unauthorized'), { auth })
    const answer = await fetch(`${on.proxy.url}/v1/x`, { method: 'POST', body: 'again' })
    expect(answer.status).toBe(401)
    expect(on.upstream.received().match(/again/g)).toHaveLength(2)
    expect(on.upstream.received()).toMatch(/Bearer 0[^]*Bearer 1/)
  })

  it('does not send a stream again, but passes the response to the provider', async () => {
    const auth = renewing()
    await using on = await scene(() => jsonAnswer('{}', [], '401 Unauthorized'), { auth })
    const answer = await fetch(`${on.proxy.url}/v1/x`, { method: 'POST', body: new Uint8Array(100_000) })
    expect([answer.status, auth.asked]).toEqual([401, 1])
    expect(on.upstream.connections()).toBe(1)
  })

  it('sends a request again when the upstream closed a kept connection', async () => {
    let answers = 0
    await using on = await scene((_, socket) => {
      if (++answers === 2) return void socket.destroy()
      return jsonAnswer('{}')
    })
    const statuses = [await fetch(`${on.proxy.url}/v1/config`), await fetch(`${on.proxy.url}/v1/config`)]
    expect(statuses.map(({ status }) => status)).toEqual([200, 200])
  })
})

describe('its own paths', () => {
  it('report the state and counts, without text of requests', async () => {
    const secret = 'needed'
    await using on = await scene(undefined, { secret })
    const authorization = `Bearer ${secret}`
    await (await fetch(`${on.proxy.url}/v1/private-name`, { headers: { authorization } })).text()
    expect(await (await fetch(`${on.proxy.url}/-/health`)).json()).toEqual({ status: 'ok' })
    expect((await fetch(`${on.proxy.url}/-/metrics`)).status).toBe(401)
    const metrics = await (await fetch(`${on.proxy.url}/-/metrics`, { headers: { authorization } })).text()
    expect(metrics).toContain('headgate_proxy_requests_total{protocol="iceberg",status="200"} 1')
    expect(metrics).not.toContain('private-name')
    expect((await fetch(`${on.proxy.url}/-/other`, { headers: { authorization } })).status).toBe(404)
    expect(on.upstream.received()).not.toContain('/-/')
    expect(on.told.map(({ path, status }) => [path, status])).toContainEqual(['/v1/private-name', 200])
  })
})

it('closing waits for a request in progress, and not for another one on its connection', async () => {
  const held: (() => void)[] = []
  await using on = await scene((_, socket) => void held.push(() => void socket.write(jsonAnswer('{}'))))
  const asked = fetch(`${on.proxy.url}/v1/config`)
  await expect.poll(() => held.length).toBe(1)
  const closed = on.proxy.close(120_000)
  for (const release of held) release()
  expect((await asked).status).toBe(200)
  await closed
}, 20_000)
