import { AsyncLocalStorage } from 'node:async_hooks'

interface Stop {
  readonly step: string
  /** Number of times that the request passes the step before it stops there. */
  passes: number
}

interface Asked {
  /** Stops in the order in which the request reaches them. */
  readonly stops: Stop[]
  readonly hold: () => Promise<void>
}

/** Steps at which one request can be stopped, while concurrent requests continue. */
export class Stops {
  readonly #asked = new AsyncLocalStorage<Asked>()

  /**
   * Runs `work`, with all functions that it calls, so that it stops at these steps (`name`, or `name#2` for the second
   * time), one after the other. At each step it waits for the promise that `hold` returns.
   */
  run(at: readonly string[], hold: () => Promise<void>, work: () => void): void {
    const stops = at.map((each) => {
      const [step = '', turn = '1'] = each.split('#')
      return { step, passes: Number(turn) - 1 }
    })
    this.#asked.run({ stops, hold }, work)
  }

  asks(step: string): boolean {
    return this.#asked.getStore()?.stops[0]?.step === step
  }

  /**
   * Resolves immediately, except for a request that must stop here, for which it resolves when the request is
   * released.
   */
  async reach(step: string): Promise<void> {
    const asked = this.#asked.getStore()
    const next = asked?.stops[0]
    if (asked === undefined || next?.step !== step) return
    next.passes -= 1
    if (next.passes !== -1) return
    asked.stops.shift()
    await asked.hold()
  }
}
