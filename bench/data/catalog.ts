import { createTableBody, snapshotCommits, type TableSize } from './table-metadata.ts'

/** Address of one warehouse in an Iceberg REST catalog. */
export interface Catalog {
  readonly origin: string
  /** Path before `/namespaces/`, such as `/v1/bench` or `/iceberg/v1/main`. */
  readonly prefix: string
  readonly headers: Readonly<Record<string, string>>
}

/** Returns the URL path of a table in a catalog. */
export function tablePath(catalog: Catalog, namespace: string, name: string): string {
  return `${catalog.prefix}/namespaces/${namespace}/tables/${name}`
}

/** Sends one request and returns the JSON of the response. Throws when the status is not 2xx. */
export async function call(catalog: Catalog, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(catalog.origin + path, {
    method,
    headers: { 'content-type': 'application/json', ...catalog.headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(60_000),
  })
  const text = await response.text()
  if (!response.ok)
    throw new Error(
      `${method} ${catalog.origin}${path} was answered with ${response.status} ${text.slice(0, 500)}`,
    )
  return text === '' ? null : (JSON.parse(text) as unknown)
}

/**
 * Requests `/v1/config` from a catalog, and returns the address of the warehouse with the prefix from the
 * response.
 */
export async function openCatalog(
  base: string,
  warehouse: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<Catalog> {
  const { origin, pathname } = new URL(base)
  const root = pathname.replace(/\/$/, '')
  const query = warehouse === undefined ? '' : `?warehouse=${encodeURIComponent(warehouse)}`
  const config = (await call({ origin, prefix: '', headers }, 'GET', `${root}/v1/config${query}`)) as {
    readonly defaults?: { readonly prefix?: string }
    readonly overrides?: { readonly prefix?: string }
  }
  const prefix = config.overrides?.prefix ?? config.defaults?.prefix
  return { origin, prefix: `${root}/v1${prefix === undefined ? '' : `/${prefix}`}`, headers }
}

export async function createNamespace(catalog: Catalog, name: string): Promise<void> {
  await call(catalog, 'POST', `${catalog.prefix}/namespaces`, { namespace: [name], properties: {} })
}

/** Creates a table, and adds snapshots to it with real commits. */
export async function createTable(
  catalog: Catalog,
  namespace: string,
  name: string,
  size: TableSize,
): Promise<void> {
  const path = `${catalog.prefix}/namespaces/${namespace}/tables`
  const created = (await call(catalog, 'POST', path, createTableBody(name, size))) as {
    readonly metadata: { readonly location: string }
  }
  for (const commit of snapshotCommits(size, created.metadata.location)) {
    await call(catalog, 'POST', `${path}/${name}`, commit)
  }
}

/** Returns the body of the response to a GET request as it was sent, in the given content encoding. */
export async function readResponseBytes(
  catalog: Catalog,
  path: string,
  encoding: 'gzip' | 'identity',
): Promise<Buffer> {
  // `fetch` would decompress the body, but the caller needs the bytes that were sent.
  const { get } = await import('node:http')
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  get(catalog.origin + path, { headers: { ...catalog.headers, 'accept-encoding': encoding } }, (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('end', () => {
      const body = Buffer.concat(chunks)
      if (response.statusCode === 200) resolve(body)
      else
        reject(
          new Error(`GET ${path} was answered with ${response.statusCode} ${body.toString().slice(0, 500)}`),
        )
    })
  }).on('error', reject)
  return promise
}
