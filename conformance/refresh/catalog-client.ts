/** What a catalog answered. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Undefined when the body is no JSON. */
  readonly json: unknown
}

export interface SendOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends a request to a path below the catalog's URI, as one caller. The path is taken as it stands. */
export type Send = (method: string, path: string, options?: SendOptions) => Promise<Answer>

/** A warehouse of an Iceberg REST catalog, as one caller. */
export interface Catalog {
  /** Without trailing slash. */
  readonly uri: string
  /** Of all paths of the warehouse: `v1/` or `v1/{prefix}/`. */
  readonly root: string
  /** Between levels of a namespace in paths, percent-encoded. */
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

/** Asks the catalog for its configuration, as every client does first. */
export async function openCatalog(place: {
  readonly uri: string
  readonly warehouse: string | undefined
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>
}): Promise<Catalog> {
  const uri = place.uri.replace(/\/+$/, '')
  const send = sender(uri, place.headers)
  const query = place.warehouse === undefined ? '' : `?warehouse=${encodeURIComponent(place.warehouse)}`
  const answer = await send('GET', `v1/config${query}`)
  if (answer.status !== 200)
    throw new Error(`GET /v1/config answered ${answer.status}: ${answer.text.slice(0, 300)}`)
  const config = { ...mapAt(answer.json, 'defaults'), ...mapAt(answer.json, 'overrides') }
  const prefix = config['prefix']
  return {
    uri,
    root: prefix === undefined || prefix === '' ? 'v1/' : `v1/${prefix}/`,
    separator: config['namespace-separator'] ?? '%1F',
    send,
  }
}

/** The same warehouse as another caller. */
export function asCaller(catalog: Catalog, headers: Readonly<Record<string, string>>): Catalog {
  return { ...catalog, send: sender(catalog.uri, headers) }
}

export function namespacePath({ root, separator }: Catalog, namespace: readonly string[]): string {
  return `${root}namespaces/${namespace.map(encodeURIComponent).join(separator)}`
}

export function tablePath(catalog: Catalog, namespace: readonly string[], table: string): string {
  return `${namespacePath(catalog, namespace)}/tables/${encodeURIComponent(table)}`
}

/** A member of a JSON object; undefined when there is none, or no object. */
export function memberOf(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? (at as Readonly<Record<string, unknown>>)[key] : undefined,
    value,
  )
}

/** The members of a JSON object that are texts. */
export function mapAt(value: unknown, ...path: readonly string[]): Record<string, string> {
  const at = memberOf(value, ...path)
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
