import { operations, type OperationId } from '@headgate/iceberg/rest'
import type { Fetch } from './check.ts'

/** Records which operations of a catalog the client has called. */
export class SeenOperations {
  readonly #base: string
  readonly #succeeded = new Set<OperationId>()

  /**
   * Creates a recorder that has recorded no operation.
   *
   * @param uri URI of the catalog
   */
  constructor(uri: string) {
    this.#base = new URL(uri).pathname.replace(/\/$/, '')
  }

  /** Wraps a `fetch` function to record its requests. Ignores requests to other servers than the catalog. */
  watch(fetch: Fetch): Fetch {
    return async (url, init) => {
      const response = await fetch(url, init)
      const id = this.#findOperation(url, init.method ?? 'GET')
      if (id !== undefined && response.status < 400) this.#succeeded.add(id)
      return response
    }
  }

  /** Returns the operations whose response was a success at least once. */
  succeeded(): readonly OperationId[] {
    return operations.map(({ operationId }) => operationId).filter((id) => this.#succeeded.has(id))
  }

  #findOperation(url: string, sent: string): OperationId | undefined {
    const { pathname } = new URL(url)
    const found = operations.find(({ method, path }) => {
      const pattern = path.replace('/{prefix}', '(?:/[^/]+)?').replaceAll(/\{[^}]+\}/g, '[^/]+')
      return method === sent && new RegExp(`^${this.#base}${pattern}$`).test(pathname)
    })
    return found?.operationId
  }
}
