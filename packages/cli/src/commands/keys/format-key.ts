import type { Key } from '../../management/generated/schemas.ts'
import type { Paint } from '../../output/paint.ts'
import { details } from '../../output/table.ts'
import { formatTime } from '../../output/times.ts'

/** Warning that is printed before the promotion of a key that some replicas have not loaded. */
export const forceNowWarning =
  'Replicas that have not loaded the promoted key refuse tokens that it signs or seals. They load the key within one minute.'

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
