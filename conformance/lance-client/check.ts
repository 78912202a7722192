import type { LanceNamespace } from '@headgate/lance/client'
import type { OperationId } from '@headgate/lance/model'
import type { NodeLance } from './node-lance.ts'
import type { CountRows } from './pylance.ts'

/** Client, server and native Lance libraries that a check of the Lance client uses. */
export interface Bench {
  /** Returns how many requests for an operation the client has sent. */
  readonly count: (operation: OperationId) => number
  readonly lance: LanceNamespace
  /** URI of the server, for checks that create another client. */
  readonly uri: string
  readonly node: NodeLance
  readonly countRows: CountRows
}

/**
 * Check of one documented behavior of the Lance client. The function `run` throws if the client behaves differently.
 */
export interface Check {
  readonly title: string
  readonly run: (bench: Bench) => Promise<void>
}

export const check = (title: string, run: Check['run']): Check => ({ title, run })

/** Returns all items of an asynchronous iterable as a list. */
export async function gathered<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
