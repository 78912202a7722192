import type { Clock } from '../../src/client/clock.ts'

/** A clock that only its owner moves. Sleeping takes no time but passes it. */
export class ManualClock implements Clock {
  time: number = Date.parse('2026-01-01T00:00:00Z')
  /** What `random` gives. */
  chance = 0
  /** How long each sleep was, in ms. */
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
