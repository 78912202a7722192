import type { Key } from '../../management/generated/schemas.ts'
import type { Paint } from '../../output/paint.ts'
import { details } from '../../output/table.ts'
import { formatTime } from '../../output/times.ts'

/** Warning before a key is promoted that some replicas do not have yet. */
export const forceNowWarning =
  'Replicas that have not loaded the key refuse what it signs and seals until they load it, within one minute.'

export function formatKey(paint: Paint, key: Key): string {
  return details(paint, [
    ['id', key.id],
    ['purpose', key.purpose],
    ['state', key.state],
    ['created', formatTime(key.createdAt)],
    ['promoted', formatTime(key.promotedAt)],
    ['retired', formatTime(key.retiredAt)],
  ])
}
