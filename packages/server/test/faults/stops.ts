import { AsyncLocalStorage } from 'node:async_hooks'

interface Stop {
  readonly step: string
  /** Number of times that the request passes this step before it stops there. */
  passes: number
}

interface Asked {
  /** Steps at which the request must stop, in the order in which it reaches them. */
  readonly stops: Stop[]
  readonly hold: () => Promise<void>
}

/** Steps at which one request can be stopped, while concurrent requests continue. */
export class Stops {
  readonly #asked = new AsyncLocalStorage<Asked>()

  /**
   * Runs `work` so that it stops at these steps in this order. `name#2` is the second time that `work`
   * reaches the step `name`. At each step, `work` waits for the promise that `hold` returns.
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
   * Marks a step of the current request. Resolves immediately, or, when the request must stop at this step,
   * after its release.
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
