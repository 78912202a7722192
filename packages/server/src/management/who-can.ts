import { z } from 'zod'
import { findHolders } from '../access/holders.ts'
import { administer, type ManagementDeps } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { noteAbout } from './explain-access.ts'
import { privilege } from './grants.ts'
import { holderView, toHolderView } from './holder-view.ts'
import { readPage } from './paging.ts'
import { nextPageToken, pageParameters } from './schemas.ts'
import { formatSecurable, parseSecurable, requireSecurable } from './securable.ts'

/** Returns the operation that lists the principals with a privilege on an object. */
export function whoCanOperations({
  sql,
  policies,
  pageTokens,
}: ManagementDeps): readonly ManagementOperation[] {
  return [
    defineOperation({
      id: 'whoCan',
      method: 'GET',
      path: '/management/v1/access/who-can',
      subject: 'access',
      summary:
        'Lists by name the principals that have a privilege on an object when no engine acts for them. Callers without manage on the server see only principals that own, or have a grant on, an object that the caller manages.',
      query: z.strictObject({
        privilege,
        server: z
          .literal('true')
          .optional()
          .describe('List the principals with the privilege on the server.'),
        warehouse: z
          .string()
          .optional()
          .describe(
            'List the principals with the privilege on this warehouse or, with namespace and relation, on the namespace, table or view in it.',
          ),
        namespace: z
          .array(z.string())
          .optional()
          .describe('Levels of the namespace, outermost first, one parameter for each level.'),
        relation: z.string().optional(),
        ...pageParameters,
      }),
      lists: ['namespace'],
      response: {
        status: 200,
        schema: z.strictObject({ principals: z.array(holderView), nextPageToken }),
        description: 'One page.',
      },
      async run({ query: { privilege, server, warehouse, namespace, relation, pageToken, pageSize } }, call) {
        const name = parseSecurable(server === undefined ? { warehouse, namespace, relation } : 'server')
        const { row, object } = await requireSecurable(sql, name)
        call.audit.object = formatSecurable(name)
        administer(call, row.chain, object)
        noteAbout(call, row, {})
        const list = await findHolders({ sql, policies }, row, privilege, call.policy)
        const { rows, nextPageToken } = await readPage(
          pageTokens,
          { list: JSON.stringify(['who-can', row.id, privilege, list.isComplete]), pageToken, pageSize },
          ([name, id], limit) =>
            list.read(name !== undefined && id !== undefined ? { name, id } : null, limit),
          ({ name, id }) => [name, id],
          list.shown,
          call.signal,
        )
        return { principals: rows.map(toHolderView), nextPageToken }
      },
    }),
  ]
}
