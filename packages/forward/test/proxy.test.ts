import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'
import { AuthRegistry, type AuthProvider } from '@headgate/auth'
import { describe, expect, it } from 'vitest'
import { startProxy, type Proxy, type ProxyOptions, type ServedRequest } from '../src/proxy.ts'
import { head, sendRaw } from './client.ts'
import { jsonResponse, testUpstream, type TestUpstream } from './upstream.ts'

const token = 'of-the-proxy'
const bearer = async (): Promise<AuthProvider> =>
  await new AuthRegistry().create({ 'rest.auth.type': 'bearer', 'rest.auth.bearer.token': token })

interface Fixture extends AsyncDisposable {
  readonly proxy: Proxy
  readonly upstream: TestUpstream
  readonly served: ServedRequest[]
}

async function openFixture(
  response: Parameters<typeof testUpstream>[0] = () => jsonResponse('{}'),
  options: Partial<ProxyOptions> & { readonly basePath?: string } = {},
): Promise<Fixture> {
  const upstream = await testUpstream(response)
  const served: ServedRequest[] = []
  const { basePath = '', ...rest } = options
  const proxy = await startProxy({
    upstream: `${upstream.url}${basePath}`,
    auth: await bearer(),
    onRequest: (each) => void served.push(each),
    ...rest,
  })
  return {
    proxy,
    upstream,
    served,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

const parseStatus = (response: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(response)?.[1])
const parseBody = (response: string): string => response.slice(response.indexOf('\r\n\r\n') + 4)

describe('the forwarded request', () => {
  it('the request to the upstream has the path and query of the client byte for byte, below the base path of the upstream', async () => {
    await using on = await openFixture(undefined, { basePath: '/iceberg' })
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

  it('the request to the upstream has the host of the upstream and the credentials of the auth provider, and no credentials of the client', async () => {
    await using on = await openFixture()
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

  it('the request to the upstream has no headers that apply only to the connection of the client, even if only the header Connection names them', async () => {
    await using on = await openFixture()
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
    const response = await sendRaw(on.proxy.url, `${request.join('\r\n')}\r\n\r\n`)
    expect(parseStatus(response)).toBe(200)
    const sent = on.upstream.received()
    expect(sent).not.toMatch(/X-Mine|Upgrade|\bTE:|Keep-Alive: |Proxy-Connection/i)
    expect(sent).toContain('X-Other: end')
  })

  it('the request to the upstream keeps the framing of the body: a length, chunks, or no body', async () => {
    await using on = await openFixture()
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

  it('the proxy streams 64 MB in both directions although it may buffer only 1 MB', async () => {
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

  it('the request to the upstream has the configured headers, which replace headers of the client', async () => {
    await using on = await openFixture(undefined, { headers: [['x-lancedb-database', 'ours']] })
    await sendRaw(on.proxy.url, head(on.proxy.url, 'GET /v1/table', 'X-LanceDB-Database: theirs'))
    expect(on.upstream.received()).toMatch(/x-lancedb-database: ours\r\n/)
    expect(on.upstream.received()).not.toContain('theirs')
  })
})

describe('before it sends a request, the proxy', () => {
  it('the proxy refuses paths that some server might resolve to a path outside the base path of the upstream', async () => {
    await using on = await openFixture(undefined, { basePath: '/iceberg' })
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
      // Some servers treat a%2Fb as one path segment, and other servers treat it as two segments.
      '/a%2Fb/../../admin',
      '/a\\b/../../admin',
      '/v1/a%5Cb%2fc/../../../admin',
    ]
    for (const way of ways) {
      expect(parseStatus(await sendRaw(on.proxy.url, head(on.proxy.url, `GET ${way}`)))).toBe(400)
    }
    expect(on.upstream.received()).toBe('')
  })

  it('the proxy refuses request targets other than paths: absolute URIs, authorities, asterisks and tunnels', async () => {
    await using on = await openFixture()
    const { url } = on.proxy
    const responses = [
      await sendRaw(url, head(url, 'GET http://other.example/v1/config')),
      await sendRaw(url, head(url, `GET ${on.upstream.url}/v1/config`)),
      await sendRaw(url, head(url, 'OPTIONS *')),
      await sendRaw(url, head(url, 'CONNECT other.example:443')),
    ]
    expect(responses.map(parseStatus)).toEqual([400, 400, 400, 405])
    for (const response of responses)
      expect(parseBody(response)).toMatch(/"message":".*uri.*","type":"\w+","code":4/)
    expect(on.upstream.connections()).toBe(0)
  })

  it('the proxy refuses a Host header with another host, two Host headers, and a request without a Host header', async () => {
    await using on = await openFixture()
    const { url } = on.proxy
    const { host, port } = new URL(url)
    const ask = async (...lines: string[]): Promise<number> =>
      parseStatus(
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

  it('the proxy refuses requests of web pages that the user of the proxy has opened', async () => {
    await using on = await openFixture()
    const { url } = on.proxy
    for (const header of ['Origin: https://evil.example', 'Origin: null', 'Sec-Fetch-Site: cross-site']) {
      expect(parseStatus(await sendRaw(url, head(url, 'POST /v1/x', header, 'Content-Length: 0')))).toBe(403)
    }
    expect(on.upstream.connections()).toBe(0)
  })

  it('the proxy refuses requests that a server could parse as two requests', async () => {
    await using on = await openFixture()
    const { url } = on.proxy
    const smuggled = 'GET /admin HTTP/1.1\r\nHost: x\r\n\r\n'
    const responses = [
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
    expect(responses.map(parseStatus)).toEqual(responses.map(() => 400))
    expect(on.upstream.received()).not.toContain('/admin')
  })

  it('the proxy refuses clients without the secret of the proxy, and accepts the secret in the headers Authorization and x-api-key', async () => {
    const secret = 's3cret-of-this-run'
    await using on = await openFixture(undefined, { secret })
    const { url } = on.proxy
    const ask = async (...headers: string[]): Promise<string> =>
      await sendRaw(url, head(url, 'GET /v1/config', ...headers))
    for (const wrong of [
      [],
      ['Authorization: Bearer wrong'],
      ['Authorization: Basic czNjcmV0'],
      [`X-Api-Key: ${secret}x`],
    ]) {
      const response = await ask(...wrong)
      expect(parseStatus(response)).toBe(401)
      expect(response).not.toContain(secret)
    }
    expect(on.upstream.connections()).toBe(0)
    expect(parseStatus(await ask(`Authorization: Bearer ${secret}`))).toBe(200)
    expect(parseStatus(await ask(`x-api-key: ${secret}`))).toBe(200)
    expect(on.upstream.received()).not.toContain(secret)
  })

  it('the proxy refuses TRACE, whose response would show the credentials to the client', async () => {
    await using on = await openFixture((request) => jsonResponse(JSON.stringify({ request })))
    const response = await sendRaw(on.proxy.url, head(on.proxy.url, 'TRACE /v1/config'))
    expect(parseStatus(response)).toBe(405)
    expect(on.upstream.received()).toBe('')
  })
})

describe('the forwarded response', () => {
  const config = (own: string): string => `{
  "defaults": {"uri": "${own}/v1-looks-like-it", "rest-page-size": 9007199254740993, "x": "y"},
  "overrides": {"uri": "${own}", "prefix": "p", "rest.auth.type": "none", "token": "t", "header.X": "1",
    "oauth2-server-uri": "https://login.example/token", "u\\u0072i": "${own}/deep?q=1"},
  "endpoints": ["GET /v1/config"]
}`

  it('the configuration for clients contains the URL of the proxy, and no property that a server may not set', async () => {
    let own = ''
    await using on = await openFixture(() => jsonResponse(config(own)), { basePath: '/iceberg' })
    own = `${on.upstream.url}/iceberg`
    const response = await fetch(`${on.proxy.url}/v1/config`)
    expect(await response.text()).toBe(`{
  "defaults": {"uri": "${on.proxy.url}/v1-looks-like-it","rest-page-size": 9007199254740993},
  "overrides": {"uri": "${on.proxy.url}","prefix": "p","u\\u0072i": "${on.proxy.url}/deep?q=1"},
  "endpoints": ["GET /v1/config"]
}`)
  })

  it('the forwarded response for a table has unchanged metadata, and only URLs of the proxy as endpoints', async () => {
    let own = ''
    const metadata =
      '{ "location":"s3://b/t", "current-snapshot-id":3055729675574597004,"config":{"uri":"http://x"} }'
    const keys = (origin: string): string =>
      `{"client.refresh-credentials-endpoint":"${origin}/v1/ns/t/credentials?t=1","credentials.uri":"https:\\/\\/evil.example/v1","rest.remote-signing.config":"{}","rest.auth.type":"none","s3.access-key-id":"A"}`
    const body = (origin: string): string =>
      `{"metadata-location":"s3://b/m.json","config":${keys(origin)},"metadata":${metadata},"storage-credentials":[{"prefix":"s3://b","config":${keys(origin)}},{"prefix":"s3://c","config":{"gcs.oauth2.refresh-credentials-endpoint":"v1/relative"}}]}`
    await using on = await openFixture(() => {
      const compressed = gzipSync(body(own))
      const lines = [
        'HTTP/1.1 200 OK',
        'Content-Type: application/json',
        'Content-Encoding: gzip',
        `Content-Length: ${compressed.length}`,
        'ETag: "m1"',
      ]
      return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), compressed])
    })
    own = on.upstream.url
    const left: string[] = []
    await using second = await startProxy({
      upstream: own,
      auth: await bearer(),
      leftOut: (key) => void left.push(key),
    })
    const response = await fetch(`${second.url}/v1/namespaces/ns/tables/t`, {
      headers: { 'accept-encoding': 'br' },
    })
    expect(response.headers.get('content-encoding')).toBeNull()
    expect(response.headers.get('etag')).toBe('"m1"')
    const cleaned = `{"client.refresh-credentials-endpoint":"${second.url}/v1/ns/t/credentials?t=1","rest.remote-signing.config":"{}","s3.access-key-id":"A"}`
    expect(await response.text()).toBe(
      `{"metadata-location":"s3://b/m.json","config":${cleaned},"metadata":${metadata},"storage-credentials":[{"prefix":"s3://b","config":${cleaned}},{"prefix":"s3://c","config":{"gcs.oauth2.refresh-credentials-endpoint":"v1/relative"}}]}`,
    )
    expect(left).toEqual(['credentials.uri', 'rest.auth.type', 'credentials.uri', 'rest.auth.type'])
  })

  /** Returns the configuration that Nessie 0.107 sends for an S3 warehouse with remote signing. */
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

  it('the base URIs of Nessie are removed, because only listed properties are forwarded', async () => {
    let own = ''
    const left: [string, string][] = []
    await using on = await openFixture(() => jsonResponse(JSON.stringify(nessie(own))), {
      basePath: '/iceberg',
      leftOut: (...each) => void left.push(each),
    })
    own = `${on.upstream.url}/iceberg`
    const response = await fetch(`${on.proxy.url}/v1/config`)
    const text = await response.text()
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

  it('properties that the operator adds to the passed properties are forwarded, with the URL of the proxy in place of the URL of the catalog', async () => {
    let own = ''
    await using on = await openFixture(() => jsonResponse(JSON.stringify(nessie(own))), {
      basePath: '/iceberg',
      passConfig: ['nessie.iceberg-base-uri', 'nessie.default-branch.*'],
    })
    own = `${on.upstream.url}/iceberg`
    const response = await fetch(`${on.proxy.url}/v1/config`)
    expect(await response.json()).toMatchObject({
      overrides: {
        'nessie.iceberg-base-uri': `${on.proxy.url}/`,
        uri: `${on.proxy.url}/`,
        'nessie.default-branch.name': 'main',
      },
    })
    const refused = openFixture(undefined, { passConfig: ['oauth2-server-uri'] })
    await expect(refused).rejects.toThrow('The proxy never passes oauth2-server-uri')
  })

  it('the configuration of tables is filtered by the list of passed properties, also within storage credentials', async () => {
    const config = {
      's3.access-key-id': 'A',
      's3.endpoint': 'https://s3.example',
      'vendor.api-base-uri': 'https://evil.example',
      's3.client-factory-impl': 'com.example.Factory',
      'client.region': { nested: 'https://evil.example' },
    }
    const kept = { 's3.access-key-id': 'A', 's3.endpoint': 'https://s3.example' }
    await using on = await openFixture(() =>
      jsonResponse(JSON.stringify({ config, 'storage-credentials': [{ prefix: 's3://b/', config }, 'x'] })),
    )
    const response = await fetch(`${on.proxy.url}/v1/namespaces/ns/tables/t`)
    expect(await response.json()).toEqual({
      config: kept,
      'storage-credentials': [{ prefix: 's3://b/', config: kept }],
    })
  })

  it('configuration of the upstream that is neither an object nor a list is removed', async () => {
    const odd = '{"defaults":[["uri","https://evil.example"]],"overrides":null,"endpoints":{},"config":"x"}'
    await using on = await openFixture(() => jsonResponse(odd))
    const response = await fetch(`${on.proxy.url}/v1/config`)
    expect(await response.text()).toBe('{"defaults":{},"overrides":null,"endpoints":null,"config":{}}')
  })

  it('further configured URLs of the upstream are replaced with the URL of the proxy', async () => {
    await using on = await openFixture(
      () => jsonResponse('{"overrides":{"uri":"https://lake.example/cat"}}'),
      {
        alsoKnownAs: ['https://lake.example/cat'],
      },
    )
    const response = await fetch(`${on.proxy.url}/v1/config`)
    expect(await response.json()).toEqual({ overrides: { uri: on.proxy.url } })
  })

  it('URLs that only look like those of the upstream are removed', async () => {
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
      // Parsers such as the class URL ignore these control characters, and then read the URL of another server.
      String.raw`ht\ttps://evil.example/`,
      String.raw`/\n/evil.example`,
      String.raw`\u0001https://evil.example`,
    ]
    await using on = await openFixture(
      () =>
        jsonResponse(
          `{"overrides":{${tricks()
            .map((each) => `"uri":"${each}"`)
            .join(',')},"warehouse":"b"}}`,
        ),
      { basePath: '/iceberg' },
    )
    own = on.upstream.url
    expect(await (await fetch(`${on.proxy.url}/v1/config`)).text()).toBe('{"overrides":{"warehouse":"b"}}')
  })

  it('a prefix that makes paths of Iceberg look like paths of Lance is removed, because the proxy does not filter responses of Lance', async () => {
    let prefix = ''
    const evil = '{"config":{"credentials.uri":"https://evil.example"}}'
    await using on = await openFixture((request) =>
      jsonResponse(request.includes('/config') ? JSON.stringify({ overrides: { prefix } }) : evil),
    )
    const prefixes: Record<string, boolean> = {
      table: false,
      'x/../namespace': false,
      'transaction/x': false,
    }
    for (const [candidate, passes] of Object.entries({ ...prefixes, tables: true, 'a/table': true })) {
      prefix = candidate
      const { overrides } = (await (await fetch(`${on.proxy.url}/v1/config`)).json()) as { overrides: object }
      expect(overrides).toEqual(passes ? { prefix } : {})
    }
    const loaded = await fetch(`${on.proxy.url}/v1/a/table/namespaces/n/tables/t`)
    expect(await loaded.text()).toBe('{"config":{}}')
  })

  it('redirects and links of the upstream lead to the proxy; a redirect to another server becomes 502, and a link to another server is removed', async () => {
    const responses: Record<string, (own: string) => string[]> = {
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
    await using on = await openFixture(
      (request) => {
        const path = /^\w+ \/iceberg(\S+)/.exec(request)?.[1] ?? ''
        const [status = '', ...headers] = responses[path]?.(own) ?? []
        return jsonResponse('{}', headers, status)
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

  it('cookies, challenges and alternative services of the upstream are removed', async () => {
    const headers = [
      'Set-Cookie: a=b',
      'WWW-Authenticate: Basic',
      'Alt-Svc: h3="evil:443"',
      'Connection: X-Hop',
      'X-Hop: 1',
      'X-Request-Id: 7',
    ]
    await using on = await openFixture(() => jsonResponse('{}', headers, '403 Forbidden'))
    const response = await sendRaw(on.proxy.url, head(on.proxy.url, 'GET /v1/config'))
    expect(parseStatus(response)).toBe(403)
    expect(response).not.toMatch(/Set-Cookie|WWW-Authenticate|Alt-Svc|X-Hop/i)
    expect(response).toContain('X-Request-Id: 7\r\n')
  })

  it('the client receives 502 in the form of its protocol if the response of the upstream cannot be parsed', async () => {
    const utf16 = Buffer.from('\ufeff{"overrides":{"uri":"http://evil.example"}}', 'utf16le')
    await using on = await openFixture((request) =>
      request.includes('/v1/broken')
        ? jsonResponse('{"config":{"a":')
        : request.includes('/v1/wide')
          ? Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${utf16.length}\r\n\r\n`), utf16])
          : jsonResponse('{}', ['Content-Encoding: br']),
    )
    for (const path of ['/v1/broken', '/v1/wide', '/v1/brotli']) {
      const response = await fetch(`${on.proxy.url}${path}`)
      expect([response.status, await response.json()]).toEqual([
        502,
        { error: { code: 502, type: 'InternalServerError', message: expect.any(String) } },
      ])
    }
  })

  it('responses of Lance are forwarded unchanged, also if they are compressed', async () => {
    const compressed = gzipSync('{"config":{"uri":"http://other"}}')
    await using on = await openFixture(() =>
      Buffer.concat([
        Buffer.from(
          `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${compressed.length}\r\n\r\n`,
        ),
        compressed,
      ]),
    )
    const response = await sendRaw(
      on.proxy.url,
      head(on.proxy.url, 'POST /v1/table/t/describe', 'Content-Length: 2', 'Accept-Encoding: zstd, gzip') +
        '{}',
    )
    expect(Buffer.from(parseBody(response), 'latin1').equals(compressed)).toBe(true)
    expect(on.upstream.received()).toContain('Accept-Encoding: zstd, gzip')
  })
})

describe('when something fails', () => {
  it('the client receives 503 in the form of its protocol if the upstream does not listen', async () => {
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

  it('the client receives 502 if the connection to the upstream breaks, and for commits the error type of an unknown outcome', async () => {
    await using on = await openFixture((_, socket) => void socket.destroy())
    const response = await fetch(`${on.proxy.url}/v1/namespaces/n/tables/t`, { method: 'POST', body: '{}' })
    expect([response.status, await response.json()]).toMatchObject([
      502,
      { error: { type: 'CommitStateUnknownException', code: 502 } },
    ])
    expect(on.upstream.connections()).toBe(1)
  })

  it('the client receives 504 if the response does not begin in time, and a broken connection if the response stops before its end', async () => {
    await using on = await openFixture(
      (request) =>
        request.includes('/stops') ? 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"a"' : undefined,
      { responseTimeoutMs: 1_000, idleTimeoutMs: 300 },
    )
    const response = await fetch(`${on.proxy.url}/v1/config`)
    expect([response.status, await response.json()]).toMatchObject([
      504,
      { error: { message: expect.stringContaining('--timeout') } },
    ])
    const stopped = await fetch(`${on.proxy.url}/v1/table/stops`)
    await expect(stopped.text()).rejects.toThrow()
  })

  it('the client receives 502 if the upstream switches to another protocol', async () => {
    await using on = await openFixture(
      () => 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    )
    const response = await fetch(`${on.proxy.url}/v1/config`, { signal: AbortSignal.timeout(20_000) })
    expect(response.status).toBe(502)
  })

  it('a response that arrives before the end of the request body is forwarded completely', async () => {
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
      responseTimeoutMs: 1_000,
    })
    const start = head(proxy.url, 'POST /v1/table/t/insert', 'Transfer-Encoding: chunked')
    const response = await sendRaw(proxy.url, `${start}3\r\nabc\r\n`, 'large')
    expect(parseStatus(response)).toBe(413)
    expect(response).toContain('large')
    server.close()
    server.closeAllConnections()
  })

  it('the request to the upstream is aborted when the client disconnects', async () => {
    const closed = Promise.withResolvers<void>()
    await using on = await openFixture((_, socket) => void socket.once('close', () => closed.resolve()))
    const gone = new AbortController()
    const asked = fetch(`${on.proxy.url}/v1/config`, { signal: gone.signal }).catch(() => 'gone')
    while (!on.upstream.received().includes('GET')) await new Promise((resolve) => setTimeout(resolve, 10))
    gone.abort()
    expect(await asked).toBe('gone')
    await closed.promise
  })

  it('the client receives 503 with the message of the auth provider if the provider has no credentials, and no request is sent', async () => {
    const auth = await new AuthRegistry().create(
      { 'rest.auth.type': 'command', 'rest.auth.command.command': 'false' },
      { initialize: false },
    )
    await using on = await openFixture(undefined, { auth })
    const response = await fetch(`${on.proxy.url}/v1/config`)
    expect([response.status, await response.json()]).toMatchObject([
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

  it('the client receives 413 with instructions if the body is too large to be signed', async () => {
    await using on = await openFixture(undefined, { auth: await signing(), bufferLimit: 100_000 })
    const { url } = on.proxy
    const long = await fetch(`${url}/v1/table/t/insert`, { method: 'POST', body: new Uint8Array(100_001) })
    expect([long.status, await long.json()]).toEqual([
      413,
      { code: 13, error: expect.stringContaining('--buffer-limit') },
    ])
    const chunked = `${head(url, 'POST /v1/table/t/insert', 'Transfer-Encoding: chunked')}30000\r\n${'x'.repeat(0x30000)}\r\n0\r\n\r\n`
    expect(parseStatus(await sendRaw(url, chunked))).toBe(413)
    expect(on.upstream.connections()).toBe(0)
  })

  it('the client receives 503 with Retry-After if the bodies of all requests exceed the shared budget', async () => {
    const held: (() => void)[] = []
    await using on = await openFixture(
      (_, socket) => void held.push(() => void socket.write(jsonResponse('{}'))),
      {
        auth: await signing(),
        bufferLimit: 100_000,
        bufferBudget: 150_000,
      },
    )
    const send = async (): Promise<Response> =>
      await fetch(`${on.proxy.url}/v1/table/t/insert`, { method: 'POST', body: new Uint8Array(100_000) })
    const first = send()
    while (held.length < 1) await new Promise((resolve) => setTimeout(resolve, 10))
    const second = await send()
    expect([second.status, second.headers.get('retry-after'), await second.json()]).toEqual([
      503,
      '1',
      { code: 17, error: expect.stringContaining('too many request bodies') },
    ])
    held.pop()?.()
    expect((await first).status).toBe(200)
    const third = send()
    while (held.length < 1) await new Promise((resolve) => setTimeout(resolve, 10))
    held.pop()?.()
    expect((await third).status).toBe(200)
  })

  it('the client receives 503 with Retry-After if the limit of concurrent requests is reached', async () => {
    const held: (() => void)[] = []
    await using on = await openFixture(
      (_, socket) => void held.push(() => void socket.write(jsonResponse('{}'))),
      {
        maxRequests: 2,
      },
    )
    const ask = async (): Promise<Response> => await fetch(`${on.proxy.url}/v1/config`)
    const first = [ask(), ask()]
    while (held.length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
    const third = await ask()
    expect([third.status, third.headers.get('retry-after')]).toEqual([503, '1'])
    for (const release of held) release()
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200])
  })
})

describe('a retry', () => {
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

  it('the proxy sends the same body again when the auth provider requests a retry', async () => {
    const auth = renewing()
    await using on = await openFixture(() => jsonResponse('{}', [], '401 Unauthorized'), { auth })
    const response = await fetch(`${on.proxy.url}/v1/x`, { method: 'POST', body: 'again' })
    expect(response.status).toBe(401)
    expect(on.upstream.received().match(/again/g)).toHaveLength(2)
    expect(on.upstream.received()).toMatch(/Bearer 0[^]*Bearer 1/)
  })

  it('the proxy does not send a streamed body again, but passes the response to the auth provider', async () => {
    const auth = renewing()
    await using on = await openFixture(() => jsonResponse('{}', [], '401 Unauthorized'), { auth })
    const response = await fetch(`${on.proxy.url}/v1/x`, { method: 'POST', body: new Uint8Array(100_000) })
    expect([response.status, auth.asked]).toEqual([401, 1])
    expect(on.upstream.connections()).toBe(1)
  })

  it('the proxy sends a request again when the upstream has closed the reused connection', async () => {
    let responses = 0
    await using on = await openFixture((_, socket) => {
      if (++responses === 2) return void socket.destroy()
      return jsonResponse('{}')
    })
    const statuses = [await fetch(`${on.proxy.url}/v1/config`), await fetch(`${on.proxy.url}/v1/config`)]
    expect(statuses.map(({ status }) => status)).toEqual([200, 200])
  })
})

describe('the paths of the proxy itself', () => {
  it('the paths of the proxy itself report its state and counts, without text from requests', async () => {
    const secret = 'needed'
    await using on = await openFixture(undefined, { secret })
    const authorization = `Bearer ${secret}`
    await (await fetch(`${on.proxy.url}/v1/private-name`, { headers: { authorization } })).text()
    expect(await (await fetch(`${on.proxy.url}/-/health`)).json()).toEqual({ status: 'ok' })
    expect((await fetch(`${on.proxy.url}/-/metrics`)).status).toBe(401)
    const metrics = await (await fetch(`${on.proxy.url}/-/metrics`, { headers: { authorization } })).text()
    expect(metrics).toContain('headgate_proxy_requests_total{protocol="iceberg",status="200"} 1')
    expect(metrics).not.toContain('private-name')
    expect((await fetch(`${on.proxy.url}/-/other`, { headers: { authorization } })).status).toBe(404)
    expect(on.upstream.received()).not.toContain('/-/')
    expect(on.served.map(({ path, status }) => [path, status])).toContainEqual(['/v1/private-name', 200])
  })
})

it('closing the proxy waits for a request in progress, but not for further requests on the same connection', async () => {
  const held: (() => void)[] = []
  await using on = await openFixture(
    (_, socket) => void held.push(() => void socket.write(jsonResponse('{}'))),
  )
  const asked = fetch(`${on.proxy.url}/v1/config`)
  await expect.poll(() => held.length).toBe(1)
  const closed = on.proxy.close(120_000)
  for (const release of held) release()
  expect((await asked).status).toBe(200)
  await closed
}, 20_000)
