import { AsyncLocalStorage } from 'node:async_hooks'

interface Stop {
  readonly step: string
  /** How many more times the step is passed before the request stops there. */
  passes: number
}

interface Asked {
  /** In the order in which the request comes to them. */
  readonly stops: Stop[]
  readonly hold: () => Promise<void>
}

/** Steps at which one request, and no other that runs beside it, can be held. */
export class Stops {
  readonly #asked = new AsyncLocalStorage<Asked>()

  /**
   * Runs `work`, and whatever it starts, so that it stops at these steps (`name`, or `name#2` for the second time), one
   * after the other: at each until what `hold` returned is resolved.
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

  /** Resolves at once, except for a request that asked to be held here: then when it is released. */
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
