import type { ConnectOptions, RestCatalog } from '@headgate/iceberg/client'
import type { OperationId } from '@headgate/iceberg/rest'
import type { Peer } from './peers/peer.ts'

/** Input of a check of the Iceberg client. */
export interface Bench {
  readonly peer: Peer
  readonly catalog: RestCatalog
  /** An existing namespace in which the check may create objects, because no other check counts its content. */
  readonly namespace: readonly string[]
  /** Returns an unused name in `namespace`. */
  readonly fresh: (name: string) => { readonly namespace: readonly string[]; readonly name: string }
  /** Creates a client whose requests use `fetch`. */
  readonly connect: (fetch: Fetch, options?: ConnectOptions) => Promise<RestCatalog>
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** A check of one promise of the client. `run` throws if the client breaks the promise. */
export interface Check {
  readonly title: string
  /** Operations that the check needs. The check is skipped on servers that do not list them. */
  readonly needs: readonly OperationId[]
  readonly run: (bench: Bench) => Promise<void>
}

export const check = (title: string, needs: readonly OperationId[], run: Check['run']): Check => ({
  title,
  needs,
  run,
})

/** Thrown when a check cannot run against a catalog, for a reason that is not a fault of the client. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable'
}

/** Collects all items. */
export async function gathered<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
