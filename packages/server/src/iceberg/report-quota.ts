import { type CallerCache, callerCache, callerKey } from '../cache.ts'

export interface ReportQuotaOptions {
  /** Maximum number of reports of one principal that are stored in one window. */
  readonly perWindow: number
  readonly windowMs: number
  /** Returns the time in epoch ms. */
  readonly now: () => number
}

interface Count {
  kept: number
  readonly until: number
}

/** Maximum number of principals that are counted at the same time. */
const maxPrincipals = 10_000

/**
 * Limits how many metrics reports of each principal are stored, in fixed time windows. Each process counts
 * separately.
 */
export class ReportQuota {
  readonly #options: ReportQuotaOptions
  readonly #counts: CallerCache<Count> = callerCache({ max: maxPrincipals })

  constructor(options: ReportQuotaOptions) {
    this.#options = options
  }

  /** Counts one report. Returns false when the principal's quota is used up until the window ends. */
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
