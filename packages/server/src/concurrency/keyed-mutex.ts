import { HeadgateError } from '@headgate/errors'

interface Queue {
  size: number
  tail: Promise<unknown>
}

/**
 * Runs at most one task at a time for each key, in the order of their arrival. A failed task does not affect the next one.
 *
 * @example
 * ```ts
 * const mutex = new KeyedMutex()
 * await mutex.run(relationId, () => commit(relationId))
 * ```
 */
export class KeyedMutex {
  readonly #maxTasks: number
  readonly #queues = new Map<string, Queue>()

  /**
   * Creates a mutex without tasks.
   *
   * @param maxTasks maximum number of running and waiting tasks of one key; `run` refuses further tasks
   */
  constructor(maxTasks = 1_000) {
    this.#maxTasks = maxTasks
  }

  /**
   * Runs the task after all earlier tasks with this key.
   *
   * @returns the result of the task
   * @throws HeadgateError `too-many-requests` when too many tasks wait; the task does not run
   */
  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(key) ?? { size: 0, tail: Promise.resolve() }
    if (queue.size >= this.#maxTasks) {
      throw new HeadgateError(
        'too-many-requests',
        'Too many requests wait to change the same object. Send this request again after one second.',
        { retryAfterSeconds: 1 },
      )
    }
    this.#queues.set(key, queue)
    queue.size += 1
    const result = queue.tail.then(task)
    queue.tail = result.catch(() => undefined)
    try {
      return await result
    } finally {
      queue.size -= 1
      if (queue.size === 0) this.#queues.delete(key)
    }
  }
}
