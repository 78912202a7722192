import type { Clock } from '../../src/client/clock.ts'

/** Clock that advances only when the test moves it, or by the duration of each `sleep`, which returns at once. */
export class ManualClock implements Clock {
  time: number = Date.parse('2026-01-01T00:00:00Z')
  /** Value that `random` returns. */
  chance = 0
  /** Durations of the calls of `sleep`, in ms. */
  readonly slept: number[] = []

  now(): number {
    return this.time
  }

  random(): number {
    return this.chance
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(ms)
    this.time += ms
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error)
    return Promise.resolve()
  }

  pass(ms: number): void {
    this.time += ms
  }
}
