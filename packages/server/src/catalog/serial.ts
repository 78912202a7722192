import { HeadgateError } from '@headgate/errors'

const maxWaiting = 1_000

/**
 * One at a time for each key, in the order of arrival: commits to one relation through this replica do not race each
 * other, only those through other replicas do.
 */
export class Serial {
  readonly #tails = new Map<string, { waiting: number; tail: Promise<unknown> }>()

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const entry = this.#tails.get(key) ?? { waiting: 0, tail: Promise.resolve() }
    if (entry.waiting >= maxWaiting) {
      throw new HeadgateError(
        'too-many-requests',
        'Too many commits wait for this table: send it again in a second.',
        {
          retryAfterSeconds: 1,
        },
      )
    }
    this.#tails.set(key, entry)
    entry.waiting += 1
    const result = entry.tail.then(work, work)
    entry.tail = result.catch(() => undefined)
    try {
      return await result
    } finally {
      entry.waiting -= 1
      if (entry.waiting === 0) this.#tails.delete(key)
    }
  }
}
