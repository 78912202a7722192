import { isHeadgateError, type ErrorCode } from '@headgate/errors'
import { expect } from 'vitest'
import type { Storage } from '../src/storage.ts'

/** Function that returns a storage, and a function for locations in an unused folder of this storage. */
export type Fresh = () => { storage: Storage; at: (rest: string) => string }

/** Asserts that a promise rejects with a `HeadgateError` with this code. */
export async function rejects(promise: Promise<unknown>, expected: ErrorCode): Promise<void> {
  const reason = await promise.then(
    () => 'nothing was thrown',
    (error: unknown) => code(error),
  )
  expect(reason).toBe(expected)
}

export function code(error: unknown): unknown {
  return isHeadgateError(error) ? error.code : error
}

export async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

/** Calls `work` for each item, 16 at a time. */
export async function each<T>(items: Iterable<T>, work: (item: T) => Promise<unknown>): Promise<void> {
  const rest = items[Symbol.iterator]()
  const worker = async (): Promise<void> => {
    for (let next = rest.next(); next.done !== true; next = rest.next()) await work(next.value)
  }
  await Promise.all(Array.from({ length: 16 }, worker))
}

export async function* chunks(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts
}

/** Yields a number of bytes, and then fails with the error "source broke". */
export async function* broken(bytes: number): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(bytes)
  throw new Error('source broke')
}
