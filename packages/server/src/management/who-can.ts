import { z } from 'zod'
import { decide } from '../access/decide.ts'
import { isOwners, privilegesGiving, privilegesGivingOnServer } from '../access/privilege-bits.ts'
import { listHolders } from '../store/holders.ts'
import { administer, type ManagementParts } from './administer.ts'
import type { PrincipalRow } from '../store/principals.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { noteAbout } from './explain-access.ts'
import { privilege } from './grants.ts'
import { readPage } from './paging.ts'
import { principalView, viewOfPrincipal } from './principals.ts'
import { nextPageToken, pageParameters } from './schemas.ts'
import { labelOf, securableIn, securableOf } from './securable.ts'

/** Says who may do something with an object. */
export function whoCanOperations({
  sql,
  policies,
  pageTokens,
}: ManagementParts): readonly ManagementOperation[] {
  return [
    defineOperation({
      id: 'whoCan',
      method: 'GET',
      path: '/management/v1/access/who-can',
      subject: 'access',
      summary:
        'Lists the principals that may do something with an object when nobody acts for them, by name.',
      query: z.strictObject({
        privilege,
        server: z.literal('true').optional().describe('On the server.'),
        warehouse: z
          .string()
          .optional()
          .describe('On this warehouse, or on what namespace and relation name in it.'),
        namespace: z
          .array(z.string())
          .optional()
          .describe('The levels, outermost first, one parameter each.'),
        relation: z.string().optional(),
        ...pageParameters,
      }),
      lists: ['namespace'],
      answer: {
        status: 200,
        schema: z.strictObject({ principals: z.array(principalView), nextPageToken }),
        description: 'One page.',
      },
      async run({ query: { privilege, server, warehouse, namespace, relation, pageToken, pageSize } }, call) {
        const name = securableIn(server === undefined ? { warehouse, namespace, relation } : 'server')
        const { row, object } = await securableOf(sql, name)
        call.audit.object = labelOf(name)
        administer(call, row.chain, object)
        noteAbout(call, row, {})
        const asked = {
          securableIds: row.chain.ids,
          privileges: privilegesGiving(privilege),
          serverPrivileges: privilegesGivingOnServer(privilege),
          unlimitedEngines: isOwners(privilege),
          owners: isOwners(privilege) ? row.chain.owners : [],
          groupAges: policies.groupAges,
          warehouseId: row.kind === 'server' ? null : (row.chain.ids.at(-1) ?? null),
        }
        const mayToo = async (holder: PrincipalRow): Promise<boolean> => {
          const policy = await policies.ofPrincipal(holder.id, row.policyVersion)
          return decide(policy, row.chain, privilege).outcome === 'allow'
        }
        const { rows, nextPageToken } = await readPage(
          pageTokens,
          { list: JSON.stringify(['who-can', row.id, privilege]), pageToken, pageSize },
          ([name, id], limit) =>
            listHolders(sql, {
              ...asked,
              after: name !== undefined && id !== undefined ? { name, id } : null,
              limit,
            }),
          ({ name, id }) => [name, id],
          policies.narrows ? mayToo : null,
          call.signal,
        )
        return { principals: rows.map(viewOfPrincipal), nextPageToken }
      },
    }),
  ]
}
