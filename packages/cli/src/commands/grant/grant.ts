import { z } from 'zod'
import type { Call } from '../../connection/client.ts'
import { readList } from '../../connection/pages.ts'
import { formatGrantee, grantee, type Grantee } from '../../names/grantee.ts'
import { formatSecurable, type Securable } from '../../names/securable.ts'
import { moment } from '../../output/times.ts'
import type { Session } from '../../session.ts'
import { showList } from '../../show-list.ts'

interface Grant {
  readonly privilege: string
  readonly on: Securable | null
  readonly to: Grantee
  readonly grantedAt: string
}

const grant: z.ZodType<Grant> = z.object({
  privilege: z.string(),
  on: z
    .union([
      z.literal('server'),
      z.object({
        warehouse: z.string(),
        namespace: z.array(z.string()).exactOptional(),
        relation: z.string().exactOptional(),
      }),
    ])
    .nullable(),
  to: grantee,
  grantedAt: z.string(),
})

/** Lists the grants that `query` selects. */
export async function listGrants(
  session: Session,
  query: Call['query'],
  limit: number | undefined,
): Promise<void> {
  const listed = await readList(session, {
    path: '/management/v1/grants',
    query,
    key: 'grants',
    item: grant,
    limit,
  })
  showList(session, listed, 'grants', [
    { heading: 'privilege', cell: ({ privilege }) => privilege },
    { heading: 'on', cell: ({ on }) => (on === null ? '(gone)' : formatSecurable(on)) },
    { heading: 'to', cell: ({ to }) => formatGrantee(to) },
    { heading: 'granted', cell: ({ grantedAt }) => moment(grantedAt) },
  ])
}
