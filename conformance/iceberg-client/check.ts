import type { ConnectOptions, RestCatalog } from '@headgate/iceberg/client'
import type { OperationId } from '@headgate/iceberg/rest'
import type { Peer } from './peers/peer.ts'

/** What a check has to work with. */
export interface Bench {
  readonly peer: Peer
  readonly catalog: RestCatalog
  /** A namespace that is there, and whose content nobody else counts. */
  readonly namespace: readonly string[]
  /** A name of its own in that namespace. */
  readonly fresh: (name: string) => { readonly namespace: readonly string[]; readonly name: string }
  /** A client of its own, whose requests pass through `fetch`. */
  readonly connect: (fetch: Fetch, options?: ConnectOptions) => Promise<RestCatalog>
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** One promise; it throws when it is not kept. */
export interface Check {
  readonly title: string
  /** A server that does not list these is not asked. */
  readonly needs: readonly OperationId[]
  readonly run: (bench: Bench) => Promise<void>
}

export const check = (title: string, needs: readonly OperationId[], run: Check['run']): Check => ({
  title,
  needs,
  run,
})

/** Thrown where a peer cannot show what is promised, for a reason that has nothing to do with the client. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable'
}

/** Everything that comes. */
export async function gathered<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
