import { Option } from 'commander'
import { type Listed, readList } from '../../connection/pages.ts'
import type { AbandonedCreate } from '../../management/generated/schemas.ts'
import { listAbandonedCreates } from '../../management/generated/storage.ts'
import { parseSeconds } from '../../options.ts'
import type { Session } from '../../session.ts'

export function olderThanOption(): Option {
  return new Option('--older-than <time>', 'minimum age of the creation; at least one hour')
    .default(604_800, '7d')
    .argParser(parseSeconds)
}

/**
 * Reads the list of tables whose creation was never finished. Requests small pages, because the server counts the
 * files of each table.
 */
export function readOrphans(
  session: Session,
  olderThanSeconds: number,
  limit?: number,
): Promise<Listed<AbandonedCreate>> {
  const { client, warehouse } = session
  return readList(session, {
    key: 'orphans',
    request: (page) => listAbandonedCreates(client, { warehouse, query: { olderThanSeconds, ...page } }),
    limit,
    pageSize: 20,
  })
}
