import { Option } from 'commander'
import { z } from 'zod'
import { type Listed, readList } from '../../connection/pages.ts'
import { path } from '../../connection/path.ts'
import type { Session } from '../../session.ts'
import { seconds } from '../warehouse/settings-options.ts'

/** A create that was begun and never finished, as far as this program shows it. */
export interface Orphan {
  readonly id: string
  readonly namespace: readonly string[]
  readonly name: string
  readonly location: string
  readonly prefixes: readonly string[]
  readonly createdAt: string
  readonly files: number
  readonly bytes: number
  readonly more: boolean
}

const orphan: z.ZodType<Orphan> = z.object({
  id: z.string(),
  namespace: z.array(z.string()),
  name: z.string(),
  location: z.string(),
  prefixes: z.array(z.string()),
  createdAt: z.string(),
  files: z.number(),
  bytes: z.number(),
  more: z.boolean(),
})

export function olderThanOption(): Option {
  return new Option('--older-than <time>', 'begun longer ago than this, an hour at least')
    .default(604_800, '7d')
    .argParser(seconds)
}

/** The server counts files for each, so few are asked for at a time. */
export function readOrphans(session: Session, olderThan: number, limit?: number): Promise<Listed<Orphan>> {
  return readList(session, {
    path: path`/management/v1/warehouses/${session.warehouse}/orphans`,
    query: { olderThanSeconds: olderThan },
    key: 'orphans',
    item: orphan,
    limit,
    pageSize: 20,
  })
}
