import { readList } from '../../connection/pages.ts'
import { listGrants, type ListGrantsQuery } from '../../management/generated/grants.ts'
import { formatGrantee } from '../../names/grantee.ts'
import { formatSecurable } from '../../names/securable.ts'
import { formatTime } from '../../output/times.ts'
import { formatRestriction } from './format-restriction.ts'
import type { Session } from '../../session.ts'
import { showList } from '../../show-list.ts'

/** Prints the grants that a query selects. */
export async function showGrants(
  session: Session,
  query: ListGrantsQuery,
  limit: number | undefined,
): Promise<void> {
  const listed = await readList(session, {
    key: 'grants',
    request: (page) => listGrants(session.client, { query: { ...query, ...page } }),
    limit,
  })
  showList(session, listed, 'grants', [
    {
      heading: 'privilege',
      cell: ({ privilege, restriction }) => `${privilege}${formatRestriction(restriction)}`,
    },
    { heading: 'on', cell: ({ on }) => (on === null ? '(deleted)' : formatSecurable(on)) },
    { heading: 'to', cell: ({ to }) => formatGrantee(to) },
    { heading: 'granted', cell: ({ grantedAt }) => formatTime(grantedAt) },
  ])
}
