import { type Listed, readList } from '../../connection/pages.ts'
import type { RetiredPlace } from '../../management/generated/schemas.ts'
import { listRetiredPlaces } from '../../management/generated/storage.ts'
import type { Column } from '../../output/table.ts'
import { formatTime } from '../../output/times.ts'
import type { Session } from '../../session.ts'

const reasons: Readonly<Record<string, string>> = {
  'files-or-credentials': 'files or credentials may remain',
  'reservation-ended': 'the creation of the table was not finished in time',
  'static-keys': 'clients may have keys of the vending mode static',
}

export const retiredColumns: readonly Column<RetiredPlace>[] = [
  { heading: 'location', cell: ({ location }) => location },
  { heading: 'kind', cell: ({ kind }) => kind },
  { heading: 'reason', cell: ({ reason }) => reasons[reason] ?? reason },
  {
    heading: 'next check',
    cell: ({ checkedAgainAt }) => (checkedAgainAt === null ? 'never' : formatTime(checkedAgainAt)),
  },
  { heading: 'held for', cell: ({ ownerId }) => ownerId },
]

/**
 * Lists the retired locations of the warehouse, which the server keeps reserved because files or credentials may
 * remain there: all of them, or only those at and below `location`.
 */
export function readRetired(
  session: Session,
  location?: string,
  limit?: number,
): Promise<Listed<RetiredPlace>> {
  const { client, warehouse } = session
  return readList(session, {
    key: 'places',
    request: (page) => listRetiredPlaces(client, { warehouse, query: { location, ...page } }),
    limit,
  })
}
