import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import { ensureGroup, findGroup, findGroupByName, type GroupRow, listGroups } from '../store/groups.ts'
import type { Queryable } from '../store/sql.ts'
import { administerServer, type ManagementParts } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { readPage } from './paging.ts'
import { id, instant, instantOf, isId, nextPageToken, pageParameters } from './schemas.ts'

interface GroupView {
  readonly id: string
  readonly issuer: string
  readonly name: string
  readonly members: number
  readonly createdAt: string
}

const groupView: z.ZodType<GroupView> = z
  .strictObject({
    id,
    issuer: z.string().describe('Who says who is in it.'),
    name: z.string(),
    members: z.number().int().describe('Principals whose last token said that they are in it.'),
    createdAt: instant,
  })
  .meta({ id: 'Group' })

/**
 * The group of a body or query: its id, or ISSUER#NAME.
 *
 * @param make lets one be named of which no token has told yet, so that it can be given rights before anybody comes
 */
export async function groupOf(sql: Queryable, given: string, make: boolean): Promise<GroupRow> {
  const [issuer, name] = splitName(given)
  if (make && issuer !== null) await ensureGroup(sql, { id: randomUUID(), issuer, name })
  const row = isId(given)
    ? await findGroup(sql, given)
    : issuer === null
      ? null
      : await findGroupByName(sql, issuer, name)
  if (!row) throw new HeadgateError('no-such-object', `There is no group ${given}: name it by ISSUER#NAME.`)
  return row
}

/** ISSUER#NAME, parted: the URL of an issuer has no `#`, a name may have. Null: there is no issuer in it. */
export function splitName(given: string): readonly [issuer: string | null, name: string] {
  const mark = given.indexOf('#')
  return mark < 1 || mark === given.length - 1 ? [null, given] : [given.slice(0, mark), given.slice(mark + 1)]
}

export function groupOperations({ sql, pageTokens }: ManagementParts): readonly ManagementOperation[] {
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
      return { groups: rows.map(viewOfGroup), nextPageToken }
    },
  })
  return [list]
}

function viewOfGroup({ createdAt, ...group }: GroupRow): GroupView {
  return { ...group, createdAt: instantOf(createdAt) }
}
