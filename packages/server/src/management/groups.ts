import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import { ensureGroup, findGroup, findGroupByName, type GroupRow, listGroups } from '../store/groups.ts'
import { administerServer, type ManagementParts } from './administer.ts'
import { configuredIssuers } from './configured-issuers.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { readPage } from './paging.ts'
import { id, instant, instantOf, isId, nextPageToken, pageParameters } from './schemas.ts'

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
    issuer: z.string().describe('Who says who is in it.'),
    name: z.string(),
    members: z.number().int().describe('Principals whose last token said that they are in it.'),
    issuerConfigured: z.boolean().describe('False: no tokens of its issuer are taken any more.'),
    createdAt: instant,
  })
  .meta({ id: 'Group' })

/**
 * The group of a body or query: its id, or ISSUER#NAME.
 *
 * @param give something shall be given to it: then it may be one of which no token has told yet, so that it has rights
 *   before anybody comes, but not one of an issuer whose tokens are not taken, which is a slip of the pen
 * @throws HeadgateError `no-such-object`, `bad-request`
 */
export async function groupOf(
  { sql, issuers }: Pick<ManagementParts, 'sql' | 'issuers'>,
  given: string,
  give: boolean,
): Promise<GroupRow> {
  const [issuer, name] = splitName(given)
  if (give && issuer !== null) {
    refuseUnknown(issuer, issuers)
    await ensureGroup(sql, { id: randomUUID(), issuer, name })
  }
  const row = isId(given)
    ? await findGroup(sql, given)
    : issuer === null
      ? null
      : await findGroupByName(sql, issuer, name)
  if (!row) throw new HeadgateError('no-such-object', `There is no group ${given}: name it by ISSUER#NAME.`)
  if (give) refuseUnknown(row.issuer, issuers)
  return row
}

function refuseUnknown(issuer: string, issuers: ReadonlySet<string>): void {
  if (issuers.has(issuer)) return
  throw new HeadgateError(
    'bad-request',
    `No tokens of the issuer ${issuer} are taken here, so nobody would be in the group. ${configuredIssuers(issuers)}`,
  )
}

/** ISSUER#NAME, parted: the URL of an issuer has no `#`, a name may have. Null: there is no issuer in it. */
export function splitName(given: string): readonly [issuer: string | null, name: string] {
  const mark = given.indexOf('#')
  return mark < 1 || mark === given.length - 1 ? [null, given] : [given.slice(0, mark), given.slice(mark + 1)]
}

export function groupOperations({
  sql,
  pageTokens,
  issuers,
}: ManagementParts): readonly ManagementOperation[] {
  const list = defineOperation({
    id: 'listGroups',
    method: 'GET',
    path: '/management/v1/groups',
    subject: 'groups',
    summary: 'Lists the groups of issuers: those that tokens told of, and those that were given something.',
    query: z.strictObject({
      issuer: z.string().max(2_048).optional().describe('Only groups of this issuer.'),
      ...pageParameters,
    }),
    answer: {
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
      return { groups: rows.map((row) => viewOfGroup(row, issuers)), nextPageToken }
    },
  })
  return [list]
}

function viewOfGroup({ createdAt, ...group }: GroupRow, issuers: ReadonlySet<string>): GroupView {
  return { ...group, issuerConfigured: issuers.has(group.issuer), createdAt: instantOf(createdAt) }
}
