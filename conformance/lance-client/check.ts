import type { LanceNamespace } from '@headgate/lance/client'
import type { OperationId } from '@headgate/lance/model'
import type { NodeLance } from './node-lance.ts'
import type { CountRows } from './pylance.ts'

/** Input of a check. */
export interface Bench {
  /** Returns how often this client requested an operation. */
  readonly count: (operation: OperationId) => number
  readonly lance: LanceNamespace
  /** The server's URI, for other clients. */
  readonly uri: string
  readonly node: NodeLance
  readonly countRows: CountRows
}

/** One promise. The check throws when it is broken. */
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
