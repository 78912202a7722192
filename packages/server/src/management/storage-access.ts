import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import { managesServer } from '../access/decide.ts'
import { findCoverage, listHeldAccess, type StorageAccessFilter } from '../credentials/list-storage-access.ts'
import { requireEngine } from '../directory/engines.ts'
import { requirePrincipal } from '../directory/principals.ts'
import { revokeEngineAccess, revokePrincipalAccess } from '../directory/revoke-storage-access.ts'
import type { Call } from '../operation/operation.ts'
import { administer, administerServer, type ManagementDeps, requestServerChange } from './administer.ts'
import { isOwn } from './asked-about.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { readPage } from './paging.ts'
import { formatInstant, idOrName, instant, nextPageToken, pageParameters } from './schemas.ts'
import { parseSecurable, requireSecurable, toSecurableKind } from './securable.ts'
import { storageAccessView, toStorageAccessView } from './storage-access-view.ts'

/** Time in ms for which the storage gateway may reuse an access decision, in the default configuration. */
const defaultDecisionMs = 30_000

const query = z.strictObject({
  principal: idOrName.optional().describe('Lists only credentials of this principal: its id or name.'),
  engine: idOrName
    .optional()
    .describe('Lists only credentials that this engine received, for users or for itself.'),
  warehouse: z.string().optional().describe('Lists only credentials for tables of this warehouse.'),
  namespace: z
    .array(z.string())
    .optional()
    .describe('Levels of the namespace of the table, outermost first, one parameter for each level.'),
  table: z.string().optional().describe('Lists only credentials for this table.'),
  ...pageParameters,
})

type Asked = Omit<z.output<typeof query>, 'pageToken' | 'pageSize'>

/** Returns the operations that list issued storage credentials, and revoke those of a principal or an engine. */
export function storageAccessOperations(deps: ManagementDeps): readonly ManagementOperation[] {
  const { sql, pageTokens, gatewayDecisionMs = defaultDecisionMs } = deps
  const subject = 'credentials'

  const list = defineOperation({
    id: 'listStorageAccess',
    method: 'GET',
    path: '/management/v1/storage-access',
    subject,
    summary:
      'Lists the storage credentials that have not expired, with their holders, tables, rights and expiry.',
    query,
    lists: ['namespace'],
    response: {
      status: 200,
      schema: z.strictObject({
        access: z.array(storageAccessView).describe('Those that expire last first.'),
        completeUntil: instant.describe(
          'Credentials that were issued until this time are listed, except in the gaps. Normally a few seconds ago.',
        ),
        gaps: z
          .array(z.strictObject({ from: instant, until: instant }))
          .describe(
            'Periods from which credentials may be missing, because a process was killed or the database was not available for long. A credential of the storage gateway is listed again when it is used.',
          ),
        nextPageToken,
      }),
      description: 'One page.',
    },
    async run({ query: { pageToken, pageSize, ...asked } }, call) {
      const filter = await permitFilter(sql, asked, call)
      const { rows, nextPageToken } = await readPage(
        pageTokens,
        { list: JSON.stringify(['storage-access', filter]), pageToken, pageSize },
        ([validUntil, relationId, id], limit) =>
          listHeldAccess(
            { sql, gatewayDecisionMs },
            filter,
            validUntil === undefined || relationId === undefined || id === undefined
              ? null
              : { validUntil: Number(validUntil), relationId, id },
            limit,
          ),
        (row) => [String(row.validUntil), row.relationId, row.id],
      )
      const { completeUntil, gaps } = await findCoverage(sql)
      return {
        access: rows.map(toStorageAccessView),
        completeUntil: formatInstant(completeUntil),
        gaps: gaps.map(({ from, until }) => ({ from: formatInstant(from), until: formatInstant(until) })),
        nextPageToken,
      }
    },
  })

  const revoke = defineOperation({
    id: 'revokeStorageAccess',
    method: 'POST',
    path: '/management/v1/storage-access/revoke',
    subject,
    summary:
      'Ends the storage access and refresh tokens that were issued to a principal, or that an engine received. For a table or a warehouse: revokeAccess.',
    body: z
      .strictObject({ principal: idOrName.optional(), engine: idOrName.optional() })
      .refine(
        ({ principal, engine }) => (principal === undefined) !== (engine === undefined),
        'name either a principal or an engine',
      )
      .meta({ id: 'StorageAccessRevocation' }),
    response: {
      status: 200,
      schema: z.strictObject({
        notBefore: instant.describe('Storage access that was issued before this time is invalid.'),
      }),
      description:
        'The access is revoked: the storage gateway refuses it within 30 seconds, and it is not renewed. Credentials that an object store issued (modes sts, pass and static) remain valid at the store until they expire.',
    },
    async run({ body: { principal, engine } }, call) {
      const change = requestServerChange(call)
      const notBefore =
        engine === undefined
          ? await revokePrincipalAccess(deps, change, principal ?? '')
          : await revokeEngineAccess(deps, change, engine)
      return { notBefore: formatInstant(notBefore) }
    },
  })

  return [list, revoke]
}

/**
 * Authorizes a request for the list of issued credentials, and returns the filter of the list. Callers may list their
 * own credentials, holders of `manage` on a table or warehouse may list the credentials for it, and holders of `manage`
 * on the server may list all credentials.
 */
async function permitFilter(
  sql: ManagementDeps['sql'],
  { principal, engine, warehouse, namespace, table }: Asked,
  call: Call,
): Promise<StorageAccessFilter> {
  if (warehouse === undefined && (namespace ?? table) !== undefined)
    throw new HeadgateError(
      'bad-request',
      'The parameters namespace and table require the parameter warehouse.',
    )
  if ((namespace === undefined) !== (table === undefined))
    throw new HeadgateError('bad-request', 'The parameters namespace and table require each other.')
  const own = principal !== undefined && isOwn({ principal, engine }, call)
  const name = warehouse === undefined ? null : parseSecurable({ warehouse, namespace, relation: table })
  const found = name === null ? null : await requireSecurable(sql, name)
  if (found !== null) administer(call, found.row.chain, found.object)
  const asksOfOthers = (principal ?? engine) !== undefined && !own
  if ((found === null && !own) || (asksOfOthers && !managesServer(call.policy))) administerServer(call)
  const isTable = name !== null && toSecurableKind(name) === 'relation'
  return {
    principalId: own
      ? call.identity.principal.id
      : principal === undefined
        ? null
        : (await requirePrincipal(sql, principal)).id,
    engineId: engine === undefined ? null : (await requireEngine(sql, engine)).id,
    warehouseId: isTable ? null : (found?.row.id ?? null),
    relationId: isTable ? (found?.row.id ?? null) : null,
  }
}
