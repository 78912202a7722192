import type { VendingProfile } from '../catalog/vending-profile.ts'

/** How long things last, in ms. */
export interface Lives {
  /**
   * Nothing that is handed out has less left than this. Iceberg's Java client asks anew five minutes before the end,
   * and without pause when less is left: 15 minutes, except in tests.
   */
  readonly minLifeMs: number
  /** A storage refresh token that slides is good for so long. Default 4 hours. */
  readonly tokenTtlMs: number
  /** Nothing is renewed for longer than this after the user was last proven. Default 24 hours, at most 7 days. */
  readonly capMs: number
}

const defaultLifetimeMs = 3_600_000

/**
 * How long storage access of a warehouse is made for. At least twice the minimum, so that it can be handed out again
 * during the first half of its life.
 */
export function lifetimeOf(profile: VendingProfile, { minLifeMs }: Pick<Lives, 'minLifeMs'>): number {
  const seconds = 'lifetimeSeconds' in profile ? profile.lifetimeSeconds : undefined
  return Math.max(seconds === undefined ? defaultLifetimeMs : seconds * 1_000, 2 * minLifeMs)
}

/** What must be left of something that was made at `madeAt` for it to be handed out again. */
export function mustBeLeft(madeAt: number, expiresAt: number, minLifeMs: number): number {
  return Math.max(minLifeMs, (expiresAt - madeAt) / 2)
}
