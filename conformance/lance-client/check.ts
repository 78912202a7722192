import type { LanceNamespace } from '@headgate/lance/client'
import type { OperationId } from '@headgate/lance/model'
import type { NodeLance } from './node-lance.ts'
import type { CountRows } from './pylance.ts'

/** What a check has to work with. */
export interface Bench {
  /** How often an operation was asked for by this client. */
  readonly count: (operation: OperationId) => number
  readonly lance: LanceNamespace
  /** The server, for clients of others. */
  readonly uri: string
  readonly node: NodeLance
  readonly countRows: CountRows
}

/** One promise; it throws when it is not kept. */
export interface Check {
  readonly title: string
  readonly run: (bench: Bench) => Promise<void>
}

export const check = (title: string, run: Check['run']): Check => ({ title, run })

/** Everything that comes. */
export async function gathered<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
