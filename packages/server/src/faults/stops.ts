import { AsyncLocalStorage } from 'node:async_hooks'

interface Stop {
  readonly step: string
  /** How many more times the step is passed before the request stops there. */
  passes: number
  readonly reached: () => void
  readonly released: Promise<void>
}

/** Steps at which one request, and no other that runs beside it, can be held. */
export class Stops {
  readonly #asked = new AsyncLocalStorage<Stop>()

  /** Runs `work`, and whatever it starts, so that it stops at `step` (`name`, or `name#2` for the second time). */
  run(at: string, on: Pick<Stop, 'reached' | 'released'>, work: () => void): void {
    const [step = '', turn = '1'] = at.split('#')
    this.#asked.run({ step, passes: Number(turn) - 1, ...on }, work)
  }

  asks(step: string): boolean {
    return this.#asked.getStore()?.step === step
  }

  /** Resolves at once, except for a request that asked to be held here: then when it is released. */
  async reach(step: string): Promise<void> {
    const stop = this.#asked.getStore()
    if (stop?.step !== step) return
    stop.passes -= 1
    if (stop.passes !== -1) return
    stop.reached()
    await stop.released
  }
}
