import type { IcebergDeps } from './deps.ts'

/**
 * Time in ms for which the location of a staged table stays reserved after the last possible expiry of its
 * storage credentials.
 */
const reservationMarginMs = 3_600_000

/** Returns the time in seconds for which the location of a staged table stays reserved. */
export function reservationSeconds({ refresh }: Pick<IcebergDeps, 'refresh'>): number {
  return (refresh.lifetimes.capMs + reservationMarginMs) / 1_000
}
