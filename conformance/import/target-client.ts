import { authorizationHeaders } from '../lib/access-token.ts'
import type { HeadgateServer } from '../lib/headgate-server.ts'
import { administrator } from '../lib/prepare-warehouse.ts'
import type { Created } from './create-source.ts'

/**
 * Client of the target catalog that returns response bodies as text, so that the test can compare them byte for byte.
 */
export interface TargetClient {
  /** Loads a table or view, and returns the body of the response. */
  load(one: Pick<Created, 'kind' | 'identifier'>): Promise<string>
  /** Returns the properties of a namespace, and the sorted names of the tables and views in it, each with its kind. */
  loadNamespace(levels: readonly string[]): Promise<{
    readonly properties: Readonly<Record<string, string>>
    readonly names: readonly string[]
  }>
  /**
   * Counts in the audit log the successful registrations in the warehouse, and the different objects that were
   * registered.
   */
  countRegistrations(): Promise<{ readonly events: number; readonly objects: number }>
}

/** Creates a client for one warehouse of the target catalog, with the credential of the administrator. */
export async function createTargetClient(server: HeadgateServer, warehouse: string): Promise<TargetClient> {
  const headers = await authorizationHeaders(administrator(server))
  const get = async (path: string): Promise<string> => {
    const response = await fetch(server.origin + path, { headers, signal: AbortSignal.timeout(60_000) })
    const text = await response.text()
    if (!response.ok) throw new Error(`GET ${path} was answered with ${response.status} ${text}`)
    return text
  }
  const toPath = (levels: readonly string[]): string =>
    `/v1/${warehouse}/namespaces/${encodeURIComponent(levels.join('\u001f'))}`
  const list = async (levels: readonly string[], kind: Created['kind']): Promise<string[]> => {
    const body = JSON.parse(await get(`${toPath(levels)}/${kind}s`)) as { identifiers: { name: string }[] }
    return body.identifiers.map(({ name }) => `${kind} ${name}`)
  }
  return {
    load: ({ kind, identifier }) =>
      get(`${toPath(identifier.namespace)}/${kind}s/${encodeURIComponent(identifier.name)}`),
    async loadNamespace(levels) {
      const { properties } = JSON.parse(await get(toPath(levels))) as { properties: Record<string, string> }
      const names = [...(await list(levels, 'table')), ...(await list(levels, 'view'))]
      return { properties, names: names.toSorted() }
    },
    async countRegistrations() {
      const objects = new Set<string>()
      let events = 0
      for (const operation of ['registerTable', 'registerView']) {
        let pageToken: string | null = ''
        while (pageToken !== null) {
          const query = new URLSearchParams({ operation, outcome: 'allowed', pageSize: '1000' })
          if (pageToken !== '') query.set('pageToken', pageToken)
          const page = JSON.parse(await get(`/management/v1/audit?${query.toString()}`)) as AuditPage
          for (const { object, count } of page.events) {
            if (object?.startsWith(`${warehouse}:`) !== true) continue
            objects.add(`${operation} ${object}`)
            events += count
          }
          pageToken = page.nextPageToken
        }
      }
      return { events, objects: objects.size }
    },
  }
}

interface AuditPage {
  readonly events: readonly { readonly object: string | null; readonly count: number }[]
  readonly nextPageToken: string | null
}
