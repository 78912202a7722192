import { z } from 'zod'
import { type GroupRow, listGroups } from '../directory/groups.ts'
import { administerServer, type ManagementDeps } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { readPage } from './paging.ts'
import { id, instant, formatInstant, nextPageToken, pageParameters } from './schemas.ts'

interface GroupView {
  readonly id: string
  readonly issuer: string
  readonly name: string
  readonly members: number
  readonly issuerConfigured: boolean
  readonly createdAt: string
}

const groupView: z.ZodType<GroupView> = z
  .strictObject({
    id,
    issuer: z.string().describe('Issuer whose tokens contain the group.'),
    name: z.string(),
    members: z.number().int().describe('Number of principals whose last token contained this group.'),
    issuerConfigured: z
      .boolean()
      .describe('False: the issuer is no longer configured, so its tokens are refused.'),
    createdAt: instant,
  })
  .meta({ id: 'Group' })

export function groupOperations({
  sql,
  pageTokens,
  issuers,
}: ManagementDeps): readonly ManagementOperation[] {
  const list = defineOperation({
    id: 'listGroups',
    method: 'GET',
    path: '/management/v1/groups',
    subject: 'groups',
    summary: 'Lists the groups of all issuers: groups that tokens contained, and groups with grants.',
    query: z.strictObject({
      issuer: z.string().max(2_048).optional().describe('Lists only groups of this issuer.'),
      ...pageParameters,
    }),
    response: {
      status: 200,
      schema: z.strictObject({ groups: z.array(groupView), nextPageToken }),
      description: 'One page.',
    },
    async run({ query: { issuer = null, ...page } }, call) {
      administerServer(call)
      const { rows, nextPageToken } = await readPage(
        pageTokens,
        { list: JSON.stringify(['groups', issuer]), ...page },
        ([afterIssuer, afterName], limit) =>
          listGroups(sql, {
            after:
              afterIssuer === undefined || afterName === undefined
                ? null
                : { issuer: afterIssuer, name: afterName },
            issuer,
            limit,
          }),
        (row) => [row.issuer, row.name],
      )
      return { groups: rows.map((row) => toGroupView(row, issuers)), nextPageToken }
    },
  })
  return [list]
}

function toGroupView({ createdAt, ...group }: GroupRow, issuers: ReadonlySet<string>): GroupView {
  return { ...group, issuerConfigured: issuers.has(group.issuer), createdAt: formatInstant(createdAt) }
}
