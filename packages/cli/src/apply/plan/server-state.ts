import { CliError } from '../../cli-error.ts'
import type { Client } from '../../connection/client.ts'
import { type DecodedResponse } from '../../connection/response.ts'
import { getNamespaceDetails } from '../../management/generated/namespaces.ts'
import { getPrincipal, type GetPrincipalResponse } from '../../management/generated/principals.ts'
import { getRole } from '../../management/generated/roles.ts'
import type { Namespace, Role, Warehouse } from '../../management/generated/schemas.ts'
import { getWarehouse } from '../../management/generated/warehouses.ts'

/**
 * Reads objects of a server by name, each of them once. Returns null if the object does not exist or the caller may
 * not see it.
 */
export interface ServerState {
  principal(name: string): Promise<GetPrincipalResponse | null>
  role(name: string): Promise<Role | null>
  warehouse(name: string): Promise<Warehouse | null>
  /** Returns true also for a warehouse that the caller does not manage but may use. */
  warehouseExists(name: string): Promise<boolean>
  namespace(warehouse: string, levels: readonly string[]): Promise<Namespace | null>
}

export function createServerState(client: Client): ServerState {
  const known = new Map<string, Promise<unknown>>()
  const once = <Body>(
    key: readonly unknown[],
    request: () => Promise<DecodedResponse<Body>>,
  ): Promise<Body | null> => {
    const text = JSON.stringify(key)
    const found = known.get(text) as Promise<Body | null> | undefined
    if (found !== undefined) return found
    const read = orNull(request)
    known.set(text, read)
    return read
  }
  const warehouse = (name: string): Promise<Warehouse | null> =>
    once(['warehouse', name], () => getWarehouse(client, { warehouse: name }))
  return {
    warehouse,
    async warehouseExists(name) {
      try {
        return (await warehouse(name)) !== null
      } catch (error) {
        // Status 403 means that the warehouse exists, and that the caller may use it but does not manage it.
        if (error instanceof CliError && error.refusal?.status === 403) return true
        throw error
      }
    },
    principal: (name) => once(['principal', name], () => getPrincipal(client, { principal: name })),
    role: (name) => once(['role', name], () => getRole(client, { role: name })),
    namespace: (warehouse, levels) =>
      once(['namespace', warehouse, levels], () =>
        getNamespaceDetails(client, { warehouse, query: { namespace: levels } }),
      ),
  }
}

/** Sends a request and returns the body of the response, or null if the server has no such object (status 404). */
export async function orNull<Body>(request: () => Promise<DecodedResponse<Body>>): Promise<Body | null> {
  try {
    return (await request()).body
  } catch (error) {
    if (error instanceof CliError && error.refusal?.status === 404) return null
    throw error
  }
}
