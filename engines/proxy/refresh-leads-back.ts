import { equal, ok } from 'node:assert/strict'

/**
 * Loads a table with storage credentials through a proxy, and refreshes the credentials at the URL in the response.
 * Throws unless this URL is one of the proxy. The requests contain no credential of the client.
 */
export async function refreshLeadsBack(uri: string): Promise<void> {
  const { overrides, defaults } = await ask('GET', `${uri}/v1/config?warehouse=lakehouse`)
  const base = `${uri}/v1/${overrides?.['prefix'] ?? defaults?.['prefix'] ?? ''}/namespaces`
  await ask('POST', base, { namespace: ['back'] })
  const schema = { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: false }] }
  await ask('POST', `${base}/back/tables`, { name: 't', schema })
  const { config, 'storage-credentials': credentials } = await ask('GET', `${base}/back/tables/t`)
  const address = config?.['credentials.uri'] ?? ''
  ok(address.startsWith(`${uri}/v1/`), `the refresh endpoint does not belong to the proxy: ${address}`)
  equal(credentials?.length, 1)
  const renewed = await ask('GET', address)
  ok(
    renewed['storage-credentials']?.[0]?.config['s3.access-key-id'],
    'the refresh response contains no storage credential',
  )
}

async function ask(method: string, url: string, body?: object): Promise<CatalogResponse> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', 'X-Iceberg-Access-Delegation': 'vended-credentials' },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  })
  const text = await response.text()
  ok(response.ok, `${method} ${url}: ${response.status} ${text}`)
  return text === '' ? {} : (JSON.parse(text) as CatalogResponse)
}

interface CatalogResponse {
  readonly defaults?: Readonly<Record<string, string>>
  readonly overrides?: Readonly<Record<string, string>>
  readonly config?: Readonly<Record<string, string>>
  readonly 'storage-credentials'?: readonly { readonly config: Readonly<Record<string, string>> }[]
}
