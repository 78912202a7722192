import type { StringMap } from '../../fields.ts'
import type { Clock } from '../clock.ts'
import { expiryOf, isTemporary } from './keys.ts'

/** How keys stand in time, in epoch ms. */
export interface Life {
  /** null: unknown, or never. */
  readonly expiresAt: number | null
  /** From when on to ask for others; null: never. */
  readonly refreshAt: number | null
  /** From when on to wait for the others rather than go on with these. */
  readonly urgentAt: number
}

const MINUTE = 60_000
/** How long temporary keys are used that do not say when they end. */
const ASSUMED_LIFE = 15 * MINUTE

/**
 * Plans the renewal of keys that have just come in: as long before their end as the larger of 5 minutes and a tenth
 * of what is left of them, and up to a fifth of that earlier, so that many holders do not ask at one instant. Keys that do
 * not have that long are renewed around half-way.
 */
export function planLife(config: StringMap, clock: Clock): Life {
  const now = clock.now()
  const expiresAt = expiryOf(config)
  if (expiresAt === null) {
    const refreshAt = isTemporary(config) ? now + ASSUMED_LIFE : null
    return { expiresAt, refreshAt, urgentAt: Number.POSITIVE_INFINITY }
  }
  const left = Math.max(0, expiresAt - now)
  const ahead = Math.min(Math.max(5 * MINUTE, left / 10), left / 2)
  const jitter = (ahead / 5) * clock.random()
  return {
    expiresAt,
    refreshAt: expiresAt - ahead - jitter,
    urgentAt: expiresAt - Math.min(MINUTE, ahead / 2),
  }
}

export const isExpired = ({ expiresAt }: Life, now: number): boolean => expiresAt !== null && now >= expiresAt
