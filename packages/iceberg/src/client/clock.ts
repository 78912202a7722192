import { pause } from '@headgate/http'

/** Source of the current time, of pauses and of random numbers. Tests replace this source. */
export interface Clock {
  /** Returns the current time, in epoch ms. */
  now(): number
  /** Waits for a time in ms. Rejects with the reason of the signal when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Returns a random number from 0 (inclusive) to 1 (exclusive). */
  random(): number
}

export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: pause,
}
