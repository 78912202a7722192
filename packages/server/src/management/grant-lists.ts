import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import { shownIn } from '../access/decide.ts'
import { privileges } from '../access/privilege-bits.ts'
import type { ObjectNames, Privilege } from '../access/privilege.ts'
import type { Call } from '../http/operation.ts'
import { levelsOf } from '../store/namespaces.ts'
import { ownIssuer } from '../store/principals.ts'
import { type GrantKey, type GrantRow, listGrants } from '../store/grants.ts'
import { administer, administerServer, type ManagementParts } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { type Grantee, granteeOf, granteeView, listedGrantee } from './grantee.ts'
import { privilege } from './grants.ts'
import { readPage } from './paging.ts'
import { idOrName, instant, instantOf, nextPageToken, pageParameters } from './schemas.ts'
import { nameOfSecurable, securableIn, type SecurableName, securableName, securableOf } from './securable.ts'

interface GrantView {
  readonly privilege: Privilege
  readonly on: SecurableName | null
  readonly to: Grantee
  readonly grantedAt: string
}

const grantView: z.ZodType<GrantView> = z
  .strictObject({
    privilege,
    on: securableName.nullable().describe('Null: it is gone.'),
    to: granteeView,
    grantedAt: instant,
  })
  .meta({ id: 'Grant' })

const query = z.strictObject({
  principal: idOrName.optional().describe('The grants to this principal itself, not to its roles.'),
  role: idOrName.optional().describe('The grants to this role.'),
  group: idOrName.optional().describe('The grants to this group: its id, or ISSUER#NAME.'),
  server: z.literal('true').optional().describe('The grants on the server.'),
  warehouse: z
    .string()
    .optional()
    .describe('The grants on this warehouse, or on what namespace and relation name in it.'),
  namespace: z.array(z.string()).optional().describe('The levels, outermost first, one parameter each.'),
  relation: z.string().optional(),
  ...pageParameters,
})

type Query = z.output<typeof query>

/** Which grants are asked for, after the caller was found to be allowed to see them. */
type Selection = Pick<Parameters<typeof listGrants>[1], 'securableId' | 'granteeId'>

export function grantListOperations(parts: ManagementParts): readonly ManagementOperation[] {
  const { sql, pageTokens } = parts

  async function selectionOf(asked: Query, call: Call): Promise<Selection> {
    const { principal, role, group, server, warehouse, namespace, relation } = asked
    const given = [principal, role, group, server, warehouse].filter((value) => value !== undefined)
    if (given.length !== 1)
      throw new HeadgateError(
        'bad-request',
        'Name exactly one of principal, role, group, server and warehouse.',
      )
    if (warehouse === undefined && (namespace ?? relation) !== undefined) {
      throw new HeadgateError('bad-request', 'A namespace or relation needs its warehouse.')
    }
    if (principal !== undefined) return granteeSelection({ principal }, call)
    if (role !== undefined) return granteeSelection({ role }, call)
    if (group !== undefined) return granteeSelection({ group }, call)
    const { row, object } = await securableOf(
      sql,
      securableIn(warehouse === undefined ? 'server' : { warehouse, namespace, relation }),
    )
    administer(call, row.chain, object)
    return { securableId: row.id, granteeId: null }
  }

  async function granteeSelection(name: Parameters<typeof granteeOf>[1], call: Call): Promise<Selection> {
    // Decided before the name is looked up, so that nobody learns which names exist; their own they know. An engine that
    // reaches some warehouses only is not told what its user has in the others.
    const everywhere = (call.policy.engine?.warehouses ?? null) === null
    const { id, issuer, subject } = call.identity.principal
    const called = issuer === ownIssuer ? subject : `${issuer}#${subject}`
    const own = everywhere && 'principal' in name && (name.principal === id || name.principal === called)
    if (!own) administerServer(call)
    return {
      securableId: null,
      granteeId: own ? id : (await granteeOf(parts, name)).id,
    }
  }

  const list = defineOperation({
    id: 'listGrants',
    method: 'GET',
    path: '/management/v1/grants',
    subject: 'grants',
    summary: 'Lists the grants to a principal, role or group, or those on one object.',
    query,
    lists: ['namespace'],
    answer: {
      status: 200,
      schema: z.strictObject({ grants: z.array(grantView), nextPageToken }),
      description: 'One page.',
    },
    async run({ query }, call) {
      const selection = await selectionOf(query, call)
      const { rows, nextPageToken } = await readPage(
        pageTokens,
        { list: JSON.stringify(['grants', selection]), pageToken: query.pageToken, pageSize: query.pageSize },
        (position, limit) => listGrants(sql, { ...selection, after: keyOf(position), limit }),
        (row) => [row.securableId, row.granteeId, row.privilege],
        // What is on one object has been decided about.
        selection.securableId === null ? shownIn(call.policy, namesOf) : null,
        call.signal,
      )
      return { grants: rows.map((row) => viewOfGrant(row, parts.issuers)), nextPageToken }
    },
  })

  return [list]
}

function keyOf([securableId, granteeId, name]: readonly string[]): GrantKey | null {
  const held = privileges.find((each) => each === name)
  return securableId === undefined || granteeId === undefined || held === undefined
    ? null
    : { securableId, granteeId, privilege: held }
}

function namesOf({ warehouse, namespacePath, relation, relationKind }: GrantRow): ObjectNames {
  return {
    warehouse,
    namespace: namespacePath === null ? null : levelsOf(namespacePath),
    relation: relation === null || relationKind === null ? null : { kind: relationKind, name: relation },
  }
}

function viewOfGrant(row: GrantRow, issuers: ReadonlySet<string>): GrantView {
  const to = listedGrantee({ kind: row.granteeKind, id: row.granteeId, name: row.granteeName }, issuers)
  return { privilege: row.privilege, on: nameOfSecurable(row), to, grantedAt: instantOf(row.grantedAt) }
}
