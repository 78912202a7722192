import { type CallerCache, callerCache, callerKey } from '../cache.ts'

export interface ReportQuotaOptions {
  /** Reports of one principal that are kept in one window. */
  readonly perWindow: number
  readonly windowMs: number
  /** Epoch ms. */
  readonly now: () => number
}

interface Count {
  kept: number
  readonly until: number
}

/** Principals that are counted at once. */
const maxPrincipals = 10_000

/** Limits how many metrics reports of each principal are kept, in fixed windows and for this process. */
export class ReportQuota {
  readonly #options: ReportQuotaOptions
  readonly #counts: CallerCache<Count> = callerCache({ max: maxPrincipals })

  constructor(options: ReportQuotaOptions) {
    this.#options = options
  }

  /** Counts one report; false: the principal's quota is used up until the window ends. */
  tryTake(principalId: string): boolean {
    const { perWindow, windowMs, now } = this.#options
    const key = callerKey(principalId)
    const count = this.#counts.get(key)
    if (count === undefined || count.until <= now()) {
      this.#counts.set(key, { kept: 1, until: now() + windowMs })
      return true
    }
    count.kept += 1
    return count.kept <= perWindow
  }
}
