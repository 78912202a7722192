export interface ProgressOptions {
  /** Number of cases in the whole run. */
  readonly cases: number
  readonly say: (line: string) => void
  /** Returns the time in ms. Default: `performance.now`. */
  readonly now?: () => number
}

/** Time in ms between two progress lines in the first minute of a run. */
const firstEveryMs = 5_000
const laterEveryMs = 30_000
const firstMinuteMs = 60_000

/**
 * Prints the progress of a run: the number of finished cases, the rate per second, and the estimated remaining time.
 */
export class Progress {
  readonly #options: ProgressOptions
  readonly #now: () => number
  readonly #startedAt: number
  #nextAt: number

  constructor(options: ProgressOptions) {
    this.#options = options
    this.#now = options.now ?? ((): number => performance.now())
    this.#startedAt = this.#now()
    this.#nextAt = this.#startedAt + firstEveryMs
  }

  /** Records a finished case. Prints a progress line if enough time has passed since the previous line. */
  tried(count: number, escapes: number): void {
    const now = this.#now()
    if (now < this.#nextAt) return
    const { cases, say } = this.#options
    const passedMs = now - this.#startedAt
    this.#nextAt = now + (passedMs < firstMinuteMs ? firstEveryMs : laterEveryMs)
    const perSecond = (count / passedMs) * 1_000
    const left = durationText((cases - count) / perSecond)
    say(
      `${count} of ${cases} cases, ${escapes} escapes, ${perSecond.toFixed(1)} cases per second, ${left} left`,
    )
  }
}

function durationText(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`
}
