import type { ConnectOptions, RestCatalog } from '@headgate/iceberg/client'
import type { OperationId } from '@headgate/iceberg/rest'
import type { Peer } from './peers/peer.ts'

/** Catalog and clients that a check of the Iceberg client uses. */
export interface Bench {
  readonly peer: Peer
  readonly catalog: RestCatalog
  /** Existing namespace in which the check may create objects. No other check depends on its content. */
  readonly namespace: readonly string[]
  /** Returns a table or view name in `namespace` that no object has. */
  readonly fresh: (name: string) => { readonly namespace: readonly string[]; readonly name: string }
  /** Creates a catalog client that sends its requests with the given `fetch`. */
  readonly connect: (fetch: Fetch, options?: ConnectOptions) => Promise<RestCatalog>
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/**
 * Check of one documented behavior of the Iceberg client. The function `run` throws if the client behaves differently.
 */
export interface Check {
  readonly title: string
  /** Operations that the check uses. The check is skipped if the catalog does not list them. */
  readonly needs: readonly OperationId[]
  readonly run: (bench: Bench) => Promise<void>
}

export const check = (title: string, needs: readonly OperationId[], run: Check['run']): Check => ({
  title,
  needs,
  run,
})

/**
 * Error that a check throws if the catalog lacks something that the check needs, so that the client cannot be checked.
 */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable'
}

/** Returns all items of an asynchronous iterable as a list. */
export async function gathered<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
