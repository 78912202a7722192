import type { Restriction } from '../../management/generated/schemas.ts'

/** Returns the restriction of a grant as the end of a sentence, or an empty text. */
export function formatRestriction(restriction: Restriction | null | undefined): string {
  const { rows = null, columns = null } = restriction ?? {}
  return [
    ...(rows === null ? [] : [` where ${rows}`]),
    ...(columns === null ? [] : [` (${columns.join(', ')})`]),
  ].join('')
}
