/** HTTP response of a catalog. */
export interface Response {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Parsed body, or undefined if the body is not JSON. */
  readonly json: unknown
}

interface SendOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends a request of one caller to a path below the URI of the catalog. The path is sent exactly as given. */
export type Send = (method: string, path: string, options?: SendOptions) => Promise<Response>

/** Client of one warehouse of an Iceberg REST catalog, for one caller. */
export interface Catalog {
  /** URI of the catalog, without a trailing slash. */
  readonly uri: string
  /** Prefix of all API paths of the warehouse: `v1/` or `v1/{prefix}/`. */
  readonly root: string
  /** Percent-encoded separator of the levels of a namespace in paths. */
  readonly separator: string
  readonly send: Send
}

const timeoutMs = 30_000

export function sender(uri: string, always: Readonly<Record<string, string>>): Send {
  return async (method, path, { body, headers } = {}) => {
    const response = await fetch(`${uri}/${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...always,
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: parsed(text) }
  }
}

/**
 * Requests the configuration of the catalog (`GET /v1/config`), as every client does first, and returns a client of
 * the warehouse.
 */
export async function openCatalog(place: {
  readonly uri: string
  readonly warehouse: string | undefined
  /** Headers that are sent with every request. */
  readonly headers: Readonly<Record<string, string>>
}): Promise<Catalog> {
  const uri = place.uri.replace(/\/+$/, '')
  const send = sender(uri, place.headers)
  const query = place.warehouse === undefined ? '' : `?warehouse=${encodeURIComponent(place.warehouse)}`
  const response = await send('GET', `v1/config${query}`)
  if (response.status !== 200)
    throw new Error(`GET /v1/config failed with status ${response.status}: ${response.text.slice(0, 300)}`)
  const config = { ...mapAt(response.json, 'defaults'), ...mapAt(response.json, 'overrides') }
  const prefix = config['prefix']
  return {
    uri,
    root: prefix === undefined || prefix === '' ? 'v1/' : `v1/${prefix}/`,
    separator: config['namespace-separator'] ?? '%1F',
    send,
  }
}

/** Returns a client of the same warehouse that sends the requests of another caller. */
export function asCaller(catalog: Catalog, headers: Readonly<Record<string, string>>): Catalog {
  return { ...catalog, send: sender(catalog.uri, headers) }
}

export function namespacePath({ root, separator }: Catalog, namespace: readonly string[]): string {
  return `${root}namespaces/${namespace.map(encodeURIComponent).join(separator)}`
}

export function tablePath(catalog: Catalog, namespace: readonly string[], table: string): string {
  return `${namespacePath(catalog, namespace)}/tables/${encodeURIComponent(table)}`
}

/** Returns the member at the given path of a JSON value, or undefined if it does not exist. */
export function readMember(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? (at as Readonly<Record<string, unknown>>)[key] : undefined,
    value,
  )
}

/** Returns the string members of the JSON object at the given path. */
export function mapAt(value: unknown, ...path: readonly string[]): Record<string, string> {
  const at = readMember(value, ...path)
  if (typeof at !== 'object' || at === null) return {}
  return Object.fromEntries(
    Object.entries(at).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
