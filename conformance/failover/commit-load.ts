import { setTimeout as sleep } from 'node:timers/promises'

export const tables = ['x', 'y', 'z'] as const

/** Commit to which the server responded with status 200. Times in ms, from the clock of this process. */
export interface Acknowledged {
  /** Name of the table, and key of the property that the commit set, in the form that `readKeys` returns. */
  readonly key: string
  readonly sentAt: number
  readonly at: number
}

interface CommitResponse {
  readonly status: number
  readonly body: unknown
}

/** Sends a request. Returns null if the connection fails before the response is complete. */
async function send(
  origin: string,
  method: string,
  path: string,
  body?: object,
): Promise<CommitResponse | null> {
  try {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      signal: AbortSignal.timeout(60_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? null : JSON.parse(text) }
  } catch {
    return null
  }
}

/** Repeats a request until the server responds with a status below 500. Throws after 90 seconds. */
export async function insist(
  origin: string,
  method: string,
  path: string,
  body?: object,
): Promise<CommitResponse> {
  for (const end = Date.now() + 90_000; Date.now() < end; await sleep(50)) {
    const response = await send(origin, method, path, body)
    if (response !== null && response.status < 500) return response
  }
  throw new Error(`${method} ${path} was not answered within 90 seconds.`)
}

const toPath = (table: string): string => `/v1/failover/namespaces/w/tables/${table}`

/**
 * Commits to all tables through all replicas until the load is stopped. Each commit sets a new property and has no
 * requirements.
 */
export class CommitLoad {
  readonly acknowledged: Acknowledged[] = []
  readonly #working = new AbortController()
  readonly #writers: Promise<unknown>

  constructor(origins: readonly string[], prefix: string) {
    this.#writers = Promise.all(
      tables.flatMap((table) => origins.map((origin, n) => this.#write(origin, table, `${prefix}-${n}`))),
    )
  }

  async #write(origin: string, table: string, writer: string): Promise<void> {
    for (let n = 0; !this.#working.signal.aborted; n += 1) {
      const key = `k-${writer}-${n}`
      const sentAt = performance.now()
      const updates = [{ action: 'set-properties', updates: { [key]: 'v' } }]
      const response = await send(origin, 'POST', toPath(table), { requirements: [], updates })
      if (response?.status === 200)
        this.acknowledged.push({ key: `${table} ${key}`, sentAt, at: performance.now() })
      else await sleep(20)
    }
  }

  /** Waits until the server has acknowledged `count` further commits. */
  async more(count: number): Promise<void> {
    const wanted = this.acknowledged.length + count
    for (const end = Date.now() + 120_000; this.acknowledged.length < wanted; await sleep(20)) {
      if (Date.now() > end) throw new Error(`There were no ${count} commits within two minutes.`)
    }
  }

  async stop(): Promise<void> {
    this.#working.abort()
    await this.#writers
  }
}

/** Returns the keys of the table properties in the metadata of a table, each with the name of the table. */
export function readKeys(table: string, metadata: unknown): string[] {
  const { properties } = metadata as { readonly properties?: Readonly<Record<string, string>> }
  return Object.keys(properties ?? {}).flatMap((key) => (key.startsWith('k-') ? [`${table} ${key}`] : []))
}

/** Returns the property keys of all tables, as a server returns them. */
export async function shownBy(origin: string): Promise<ReadonlySet<string>> {
  const keys = new Set<string>()
  for (const table of tables) {
    const { status, body } = await insist(origin, 'GET', toPath(table))
    if (status !== 200) throw new Error(`Loading table ${table} returned ${status}.`)
    for (const key of readKeys(table, (body as { readonly metadata: unknown }).metadata)) keys.add(key)
  }
  return keys
}
