import type { ConnectOptions, RestCatalog } from '@headgate/iceberg/client'
import type { OperationId } from '@headgate/iceberg/rest'
import type { Peer } from './peers/peer.ts'

/** Input of a check. */
export interface Bench {
  readonly peer: Peer
  readonly catalog: RestCatalog
  /** An existing namespace, whose content no other check counts. */
  readonly namespace: readonly string[]
  /** Returns an unused name in that namespace. */
  readonly fresh: (name: string) => { readonly namespace: readonly string[]; readonly name: string }
  /** Creates a client whose requests use `fetch`. */
  readonly connect: (fetch: Fetch, options?: ConnectOptions) => Promise<RestCatalog>
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** One promise. The check throws when it is broken. */
export interface Check {
  readonly title: string
  /** Operations that the check needs. It is skipped on servers that do not list them. */
  readonly needs: readonly OperationId[]
  readonly run: (bench: Bench) => Promise<void>
}

export const check = (title: string, needs: readonly OperationId[], run: Check['run']): Check => ({
  title,
  needs,
  run,
})

/** Thrown when a peer cannot show the promise, for a reason outside the client. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable'
}

/** Collects all items. */
export async function gathered<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
