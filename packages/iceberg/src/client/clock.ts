import { pause } from '@headgate/http'

/** Time and chance, as the client uses them. Tests bring their own. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Waits so many milliseconds. Rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** At least 0, less than 1. */
  random(): number
}

export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: pause,
}
