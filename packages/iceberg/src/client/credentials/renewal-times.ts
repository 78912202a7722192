import type { StringMap } from '../../fields.ts'
import type { Clock } from '../clock.ts'
import { findExpiry, isTemporary } from './keys.ts'

/** Times for the renewal of a credential, in epoch ms. */
export interface RenewalTimes {
  /** Time from which the credential is invalid. Null: the credential does not expire, or its expiry is unknown. */
  readonly expiresAt: number | null
  /** Time from which a new credential is requested. Null: no new credential is ever requested. */
  readonly refreshAt: number | null
  /** Time from which callers wait for the new credential instead of using this credential. */
  readonly waitFrom: number
}

const MINUTE_MS = 60_000
/** Time after which temporary keys without an expiry are renewed, in ms. */
const ASSUMED_LIFETIME_MS = 15 * MINUTE_MS

/**
 * Plans the renewal of keys that were just received. The margin between renewal and expiry is 5 minutes, or a tenth
 * of the remaining lifetime if this is longer, but at most half of the remaining lifetime. A random time of up to a
 * fifth of the margin is added to the margin, so that many clients do not send their requests at the same moment.
 */
export function planRenewal(config: StringMap, clock: Clock): RenewalTimes {
  const now = clock.now()
  const expiresAt = findExpiry(config)
  if (expiresAt === null) {
    const refreshAt = isTemporary(config) ? now + ASSUMED_LIFETIME_MS : null
    return { expiresAt, refreshAt, waitFrom: Number.POSITIVE_INFINITY }
  }
  const remaining = Math.max(0, expiresAt - now)
  const ahead = Math.min(Math.max(5 * MINUTE_MS, remaining / 10), remaining / 2)
  const jitter = (ahead / 5) * clock.random()
  return {
    expiresAt,
    refreshAt: expiresAt - ahead - jitter,
    waitFrom: expiresAt - Math.min(MINUTE_MS, ahead / 2),
  }
}

/** Returns whether a storage credential has expired. */
export const isExpired = ({ expiresAt }: RenewalTimes, now: number): boolean =>
  expiresAt !== null && now >= expiresAt
