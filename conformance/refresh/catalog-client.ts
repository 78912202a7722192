/** Response of a catalog. */
export interface Response {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The parsed body, or undefined if the body is not JSON. */
  readonly json: unknown
}

interface SendOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends a request of one caller to a path below the catalog's URI. Does not normalize the path. */
export type Send = (method: string, path: string, options?: SendOptions) => Promise<Response>

/** A client of one warehouse of an Iceberg REST catalog, for one caller. */
export interface Catalog {
  /** URI without a slash at its end. */
  readonly uri: string
  /** Prefix of all paths of the warehouse: `v1/` or `v1/{prefix}/`. */
  readonly root: string
  /** Separator of namespace levels in paths, percent-encoded. */
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

/** Requests the configuration of the catalog, which is the first request of every client. */
export async function openCatalog(place: {
  readonly uri: string
  readonly warehouse: string | undefined
  /** Headers of every request. */
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

/** Returns a client of the same warehouse for another caller. */
export function asCaller(catalog: Catalog, headers: Readonly<Record<string, string>>): Catalog {
  return { ...catalog, send: sender(catalog.uri, headers) }
}

export function namespacePath({ root, separator }: Catalog, namespace: readonly string[]): string {
  return `${root}namespaces/${namespace.map(encodeURIComponent).join(separator)}`
}

export function tablePath(catalog: Catalog, namespace: readonly string[], table: string): string {
  return `${namespacePath(catalog, namespace)}/tables/${encodeURIComponent(table)}`
}

/** Returns the member at this path of a JSON object, or undefined. */
export function readMember(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? (at as Readonly<Record<string, unknown>>)[key] : undefined,
    value,
  )
}

/** Returns the members with string values of the JSON object at this path. */
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
