export interface ProgressOptions {
  /** Cases of the whole run. */
  readonly cases: number
  readonly say: (line: string) => void
  /** ms; `performance.now` unless set. */
  readonly now?: () => number
}

/** Time between two lines in the first minute of a run, and afterwards, in ms. */
const firstEveryMs = 5_000
const laterEveryMs = 30_000
const firstMinuteMs = 60_000

/** Prints how many cases of a run were tried, how fast, and how long the others take at that speed. */
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

  /** Prints a line when one is due. Call it after each case. */
  tried(count: number, escapes: number): void {
    const now = this.#now()
    if (now < this.#nextAt) return
    const { cases, say } = this.#options
    const passedMs = now - this.#startedAt
    this.#nextAt = now + (passedMs < firstMinuteMs ? firstEveryMs : laterEveryMs)
    const perSecond = (count / passedMs) * 1_000
    const left = durationText((cases - count) / perSecond)
    say(`${count} of ${cases} cases, ${escapes} escapes, ${perSecond.toFixed(1)} a second, ${left} left`)
  }
}

function durationText(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`
}
