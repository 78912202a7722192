/**
 * Spreads long synchronous steps over iterations of the event loop. At most one step begins in each iteration, so that
 * sockets are served between two steps, regardless of how many requests are ready.
 */
export class LoopTurns {
  #last: Promise<void> = Promise.resolve()

  /**
   * Resolves in an iteration of the event loop in which no other call of `next` resolves. A caller awaits it before a
   * long synchronous step.
   */
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
