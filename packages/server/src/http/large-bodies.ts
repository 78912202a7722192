import { FairQueue } from '../concurrency/fair-queue.ts'
import type { LoopTurns } from '../concurrency/loop-turns.ts'
import { BodyMemory, tooMuchAtOnce } from './body-memory.ts'
import { GarbageCollection } from './garbage-collection.ts'

/**
 * Maximum size in bytes of a small body. A small body is accepted from every authenticated caller, because reading and
 * parsing it takes about one millisecond.
 */
export const smallBodyBytes: number = 64 * 1024

/**
 * Size in bytes from which a body is heavy. Heavy bodies are processed one at a time, because each may block the event
 * loop for 100 ms.
 */
const heavyBodyBytes = 1024 * 1024

export interface LargeBodiesOptions {
  /** Maximum size in bytes of the body of any operation. */
  readonly maxBodyBytes: number
  /** Maximum time in ms that a heavy body waits until earlier heavy bodies are processed. */
  readonly patienceMs: number
  readonly turns: LoopTurns
}

/**
 * Limits the total memory of large bodies (over `smallBodyBytes`), and the time for which they block the event
 * loop without interruption.
 */
export class LargeBodies {
  readonly turns: LoopTurns
  readonly #memory: BodyMemory
  readonly #queue: FairQueue
  readonly #garbageCollection = new GarbageCollection()

  constructor({ maxBodyBytes, patienceMs, turns }: LargeBodiesOptions) {
    this.turns = turns
    this.#memory = new BodyMemory({ totalBytes: 8 * maxBodyBytes, perPrincipalBytes: 2 * maxBodyBytes })
    this.#queue = new FairQueue({ places: 1, perParty: 20, waiting: 200, patienceMs })
  }

  /**
   * Reserves memory for a large body before it is read. Returns the function that releases the memory.
   *
   * @throws HeadgateError `too-many-requests` when the large bodies of the principal, or of all principals, use too
   * much memory
   */
  reserve(principalId: string, bytes: number): () => void {
    return this.#memory.reserve(principalId, bytes)
  }

  /**
   * Waits until a body that has been received may be parsed. Returns the function to call when the request is
   * answered.
   *
   * @throws HeadgateError `too-many-requests` when too many bodies wait, or when this body waited too long
   */
  async start(principalId: string, bytes: number): Promise<() => void> {
    const leave = bytes < heavyBodyBytes ? doNothing : await this.#enterQueue(principalId)
    await this.turns.next()
    return leave
  }

  async #enterQueue(principalId: string): Promise<() => void> {
    const leave = await this.#queue.enter(principalId)
    if (leave === null) throw tooMuchAtOnce()
    return () => {
      leave()
      this.#garbageCollection.request()
    }
  }
}

function doNothing(): void {}
