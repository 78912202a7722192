import { operations, type OperationId } from '@headgate/lance/model'

/** Records which operations of the Lance Namespace the client has called. */
export class SeenOperations {
  readonly #statuses = new Map<OperationId, number[]>()

  /** Sends a request, and counts the operation that it calls. */
  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const response = await fetch(url, init)
    const { pathname } = new URL(url)
    const found = operations.find(
      ({ method, path }) =>
        method === init.method && new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
    )
    if (found === undefined)
      throw new Error(`${init.method} ${pathname} is not the request of an operation of the specification`)
    this.#statuses.set(found.operationId, [...(this.#statuses.get(found.operationId) ?? []), response.status])
    return response
  }

  count(operation: OperationId): number {
    return this.#statuses.get(operation)?.length ?? 0
  }

  /**
   * Returns the operations by their best result: answered (2xx), refused (4xx), failed (5xx), or missing (never
   * called).
   */
  coverage(): Readonly<Record<'answered' | 'refused' | 'failed' | 'missing', readonly OperationId[]>> {
    const of = (holds: (statuses: readonly number[]) => boolean): readonly OperationId[] =>
      operations.map(({ operationId }) => operationId).filter((id) => holds(this.#statuses.get(id) ?? []))
    return {
      answered: of((statuses) => any(statuses, 200, 300)),
      refused: of((statuses) => !any(statuses, 200, 300) && any(statuses, 400, 500)),
      failed: of((statuses) => statuses.length > 0 && !any(statuses, 200, 500)),
      missing: of((statuses) => statuses.length === 0),
    }
  }
}

const any = (statuses: readonly number[], from: number, to: number): boolean =>
  statuses.some((status) => status >= from && status < to)
