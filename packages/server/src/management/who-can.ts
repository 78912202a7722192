import { z } from 'zod'
import { decide } from '../access/decide.ts'
import { isOwners, privilegesGiving, privilegesGivingOnServer } from '../access/privilege-bits.ts'
import type { Call } from '../http/operation.ts'
import type { SecurableRow } from '../store/grants.ts'
import { type HolderPage, listHolders } from '../store/holders.ts'
import { listNamedHolders } from '../store/named-principals.ts'
import { administersPrincipals } from './asked-policy.ts'
import { administer, type ManagementParts } from './administer.ts'
import type { PrincipalRow } from '../store/principals.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { noteAbout } from './explain-access.ts'
import { privilege } from './grants.ts'
import { readPage } from './paging.ts'
import { heldAlong, objectsAlong } from './objects-above.ts'
import { id, nextPageToken, pageParameters } from './schemas.ts'
import { labelOf, securableIn, securableOf } from './securable.ts'

/** A principal without its state. */
type HolderView = Pick<PrincipalRow, 'id' | 'issuer' | 'subject' | 'name' | 'kind'>

const holderView: z.ZodType<HolderView> = z
  .strictObject({
    id,
    issuer: z.string(),
    subject: z.string(),
    name: z.string(),
    kind: z.enum(['service', 'user']),
  })
  .meta({ id: 'Holder' })

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
        'Lists the principals that may do something with an object when no engine acts for them, by name. Without manage on the server: those that own, or that grants name on, the objects that the caller manages.',
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
        schema: z.strictObject({ principals: z.array(holderView), nextPageToken }),
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
        const isComplete = administersPrincipals(call)
        const list = isComplete ? (page: HolderPage) => listHolders(sql, page) : await namedHolders(row, call)
        const mayToo = async (holder: PrincipalRow): Promise<boolean> => {
          const policy = isComplete
            ? await policies.ofPrincipal(holder.id, row.policyVersion)
            : await policies.ofRights(holder.id)
          return decide(policy, row.chain, privilege).outcome === 'allow'
        }
        const { rows, nextPageToken } = await readPage(
          pageTokens,
          { list: JSON.stringify(['who-can', row.id, privilege, isComplete]), pageToken, pageSize },
          ([name, id], limit) =>
            list({ ...asked, after: name !== undefined && id !== undefined ? { name, id } : null, limit }),
          ({ name, id }) => [name, id],
          policies.narrows ? mayToo : null,
          call.signal,
        )
        return { principals: rows.map(viewOfHolder), nextPageToken }
      },
    }),
  ]

  /** Lists from the grants on the objects that the caller manages; members of roles and groups are for administrators. */
  async function namedHolders(
    { chain }: SecurableRow,
    call: Call,
  ): Promise<(page: HolderPage) => Promise<PrincipalRow[]>> {
    const managed = heldAlong(call.policy, chain, await objectsAlong(sql, chain), 'manage')
    return (page) =>
      listNamedHolders(sql, {
        ...page,
        securableIds: managed.map(({ id }) => id),
        owners: page.owners.length === 0 ? [] : managed.map(({ ownerId }) => ownerId),
      })
  }
}

function viewOfHolder({ id, issuer, subject, name, kind }: PrincipalRow): HolderView {
  return { id, issuer, subject, name, kind }
}
