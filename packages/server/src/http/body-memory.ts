import { HeadgateError } from '@headgate/errors'

/** Maximum numbers of bytes of large request bodies in memory. */
export interface BodyMemoryLimits {
  readonly totalBytes: number
  readonly perPrincipalBytes: number
}

/**
 * Counts the bytes of large request bodies that are being received or processed, in total and for each
 * principal. Memory for the announced size of a body is reserved before the body is read, so many concurrent
 * bodies cannot exhaust the memory of the process.
 */
export class BodyMemory {
  readonly #limits: BodyMemoryLimits
  readonly #held = new Map<string, number>()
  #total = 0

  constructor(limits: BodyMemoryLimits) {
    this.#limits = limits
  }

  /**
   * Reserves memory for one body; returns the function that releases it.
   *
   * @throws HeadgateError `too-many-requests` when the reservation would exceed the limit of the principal or
   *   the total limit
   */
  reserve(principalId: string, bytes: number): () => void {
    const held = this.#held.get(principalId) ?? 0
    const { totalBytes, perPrincipalBytes } = this.#limits
    const isFull = held > 0 && held + bytes > perPrincipalBytes
    if (isFull || (this.#total > 0 && this.#total + bytes > totalBytes)) throw tooMuchAtOnce()
    this.#total += bytes
    this.#held.set(principalId, held + bytes)
    let reserved = true
    return () => {
      if (!reserved) return
      reserved = false
      this.#total -= bytes
      const left = (this.#held.get(principalId) ?? 0) - bytes
      if (left > 0) this.#held.set(principalId, left)
      else this.#held.delete(principalId)
    }
  }
}

export function tooMuchAtOnce(): HeadgateError {
  return new HeadgateError(
    'too-many-requests',
    'The server is processing as many large request bodies as it can hold. Retry in a second.',
    { retryAfterSeconds: 1 },
  )
}
