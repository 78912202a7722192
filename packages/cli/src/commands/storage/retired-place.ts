import { z } from 'zod'
import { type Listed, readList } from '../../connection/pages.ts'
import { path } from '../../connection/path.ts'
import { moment } from '../../output/times.ts'
import type { Column } from '../../output/table.ts'
import type { Session } from '../../session.ts'

/** A place that a table left, or that an ended reservation holds. */
export interface RetiredPlace {
  readonly location: string
  readonly kind: string
  readonly ownerId: string
  readonly checkedAgainAt: string
}

const retiredPlace: z.ZodType<RetiredPlace> = z.object({
  location: z.string(),
  kind: z.string(),
  ownerId: z.string(),
  checkedAgainAt: z.string(),
})

export const retiredColumns: readonly Column<RetiredPlace>[] = [
  { heading: 'location', cell: ({ location }) => location },
  { heading: 'kind', cell: ({ kind }) => kind },
  { heading: 'next check', cell: ({ checkedAgainAt }) => moment(checkedAgainAt) },
  { heading: 'held for', cell: ({ ownerId }) => ownerId },
]

/** Reads the retired places of the warehouse at and below a location; absent: all. */
export function readRetired(
  session: Session,
  location?: string,
  limit?: number,
): Promise<Listed<RetiredPlace>> {
  return readList(session, {
    path: path`/management/v1/warehouses/${session.warehouse}/retired-places`,
    ...(location === undefined ? {} : { query: { location } }),
    key: 'places',
    item: retiredPlace,
    limit,
  })
}
