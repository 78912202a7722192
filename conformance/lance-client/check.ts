import type { LanceNamespace } from '@headgate/lance/client'
import type { OperationId } from '@headgate/lance/model'
import type { NodeLance } from './node-lance.ts'
import type { CountRows } from './pylance.ts'

/** Input of a check of the Lance client. */
export interface Bench {
  /** Returns the number of requests for an operation that this client sent. */
  readonly count: (operation: OperationId) => number
  readonly lance: LanceNamespace
  /** URI of the server, for checks that create another client. */
  readonly uri: string
  readonly node: NodeLance
  readonly countRows: CountRows
}

/** A check of one promise of the client. `run` throws if the client breaks the promise. */
export interface Check {
  readonly title: string
  readonly run: (bench: Bench) => Promise<void>
}

export const check = (title: string, run: Check['run']): Check => ({ title, run })

/** Collects all items. */
export async function gathered<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
