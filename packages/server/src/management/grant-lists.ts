import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import { shownIn } from '../access/decide.ts'
import { privileges } from '../access/privilege-bits.ts'
import type { ObjectNames, Privilege, Restriction } from '../privilege.ts'
import type { Call } from '../operation/operation.ts'
import { splitLevels } from '../namespace-path.ts'
import {
  type Grantee,
  type GranteeReference,
  requireGrantee,
  withIssuerState,
} from '../directory/grantees.ts'
import { type GrantKey, type GrantRow, listGrants } from '../directory/grants.ts'
import { ownIssuer } from '../directory/principals.ts'
import { administer, administerServer, type ManagementDeps } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { granteeView } from './grantee.ts'
import { privilege, restrictionView } from './grants.ts'
import { readPage } from './paging.ts'
import { idOrName, instant, formatInstant, nextPageToken, pageParameters } from './schemas.ts'
import {
  toSecurableName,
  parseSecurable,
  type SecurableName,
  securableName,
  requireSecurable,
} from './securable.ts'

interface GrantView {
  readonly privilege: Privilege
  readonly restriction?: Restriction
  readonly on: SecurableName | null
  readonly dropped?: true
  readonly to: Grantee
  readonly grantedAt: string
}

const grantView: z.ZodType<GrantView> = z
  .strictObject({
    privilege,
    restriction: restrictionView.exactOptional(),
    on: securableName.nullable().describe('Object of the grant. Null: the object was deleted.'),
    dropped: z
      .literal(true)
      .exactOptional()
      .describe(
        'True: the table or view was dropped. The grant takes effect again if the table or view is restored.',
      ),
    to: granteeView,
    grantedAt: instant,
  })
  .meta({ id: 'Grant' })

const query = z.strictObject({
  principal: idOrName.optional().describe('Lists only grants to this principal itself, not to its roles.'),
  role: idOrName.optional().describe('Lists only grants to this role.'),
  group: idOrName.optional().describe('Lists only grants to this group, by its id or ISSUER#NAME.'),
  all: z.literal('true').optional().describe('Lists all grants on all objects.'),
  server: z.literal('true').optional().describe('Lists only grants on the server itself.'),
  warehouse: z
    .string()
    .optional()
    .describe(
      'Lists only grants on this warehouse or, with namespace and relation, on the namespace, table or view in it.',
    ),
  namespace: z
    .array(z.string())
    .optional()
    .describe('Levels of the namespace, outermost first, one parameter for each level.'),
  relation: z.string().optional(),
  ...pageParameters,
})

type Query = z.output<typeof query>

/** Filter of the grants to list. The caller was already authorized to see these grants. */
type Selection = Pick<Parameters<typeof listGrants>[1], 'securableId' | 'granteeId'>

export function grantListOperations(deps: ManagementDeps): readonly ManagementOperation[] {
  const { sql, pageTokens } = deps

  async function toSelection(asked: Query, call: Call): Promise<Selection> {
    const { principal, role, group, all, server, warehouse, namespace, relation } = asked
    const filters = [principal, role, group, all, server, warehouse].filter((value) => value !== undefined)
    if (filters.length !== 1)
      throw new HeadgateError(
        'bad-request',
        'Send exactly one of the parameters principal, role, group, all, server and warehouse.',
      )
    if (warehouse === undefined && (namespace ?? relation) !== undefined) {
      throw new HeadgateError(
        'bad-request',
        'The parameters namespace and relation require the parameter warehouse.',
      )
    }
    if (principal !== undefined) return granteeSelection({ principal }, call)
    if (role !== undefined) return granteeSelection({ role }, call)
    if (group !== undefined) return granteeSelection({ group }, call)
    if (all !== undefined) {
      administerServer(call)
      return { securableId: null, granteeId: null }
    }
    const { row, object } = await requireSecurable(
      sql,
      parseSecurable(warehouse === undefined ? 'server' : { warehouse, namespace, relation }),
    )
    administer(call, row.chain, object)
    return { securableId: row.id, granteeId: null }
  }

  async function granteeSelection(name: GranteeReference, call: Call): Promise<Selection> {
    // The caller is authorized before the name is looked up, so that refusals do not reveal which names exist. Callers
    // know their own name. An engine with a limited set of warehouses must not learn the grants of its user on others.
    const everywhere = (call.policy.engine?.warehouses ?? null) === null
    const { id, issuer, subject } = call.identity.principal
    const called = issuer === ownIssuer ? subject : `${issuer}#${subject}`
    const own = everywhere && 'principal' in name && (name.principal === id || name.principal === called)
    if (!own) administerServer(call)
    return {
      securableId: null,
      granteeId: own ? id : (await requireGrantee(deps, name)).id,
    }
  }

  const list = defineOperation({
    id: 'listGrants',
    method: 'GET',
    path: '/management/v1/grants',
    subject: 'grants',
    summary: 'Lists the grants to a principal, role or group, the grants on one object, or all grants.',
    query,
    lists: ['namespace'],
    response: {
      status: 200,
      schema: z.strictObject({ grants: z.array(grantView), nextPageToken }),
      description: 'One page.',
    },
    async run({ query }, call) {
      const selection = await toSelection(query, call)
      const { rows, nextPageToken } = await readPage(
        pageTokens,
        { list: JSON.stringify(['grants', selection]), pageToken: query.pageToken, pageSize: query.pageSize },
        (position, limit) => listGrants(sql, { ...selection, after: parsePosition(position), limit }),
        (row) => [row.securableId, row.granteeId, row.privilege],
        // For one object, no filter is needed, because the caller may see all grants on it.
        selection.securableId === null ? shownIn(call.policy, toObjectNames) : null,
        call.signal,
      )
      return { grants: rows.map((row) => toGrantView(row, deps.issuers)), nextPageToken }
    },
  })

  return [list]
}

function parsePosition([securableId, granteeId, name]: readonly string[]): GrantKey | null {
  const held = [...privileges, 'select-restricted' as const].find((each) => each === name)
  return securableId === undefined || granteeId === undefined || held === undefined
    ? null
    : { securableId, granteeId, privilege: held }
}

function toObjectNames({ warehouse, namespacePath, relation, relationKind }: GrantRow): ObjectNames {
  return {
    warehouse,
    namespace: namespacePath === null ? null : splitLevels(namespacePath),
    relation: relation === null || relationKind === null ? null : { kind: relationKind, name: relation },
  }
}

function toGrantView(row: GrantRow, issuers: ReadonlySet<string>): GrantView {
  const to = withIssuerState({ kind: row.granteeKind, id: row.granteeId, name: row.granteeName }, issuers)
  return {
    privilege: row.privilege === 'select-restricted' ? 'select' : row.privilege,
    ...(row.restriction === null ? {} : { restriction: row.restriction }),
    on: toSecurableName(row),
    ...(row.dropped ? { dropped: true } : {}),
    to,
    grantedAt: formatInstant(row.grantedAt),
  }
}
