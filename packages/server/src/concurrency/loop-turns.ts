/**
 * Spreads long synchronous steps over iterations of the event loop: at most one begins in each, so that sockets are
 * served between two of them, however many requests are ready at once.
 */
export class LoopTurns {
  #last: Promise<void> = Promise.resolve()

  /** Resolves in an iteration of the event loop that no other caller of `next` was given. */
  next(): Promise<void> {
    const turn = this.#last.then(nextIteration)
    this.#last = turn
    return turn
  }
}

function nextIteration(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
