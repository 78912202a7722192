import { HeadgateError } from '@headgate/errors'
import {
  deleteFederation,
  type FederationRow,
  insertFederation,
  listFederations,
} from '../store/client-federations.ts'
import type { DirectoryDeps } from './deps.ts'
import { changePolicy, type RequestedChange } from './policy-change.ts'
import { ownIssuer, requirePrincipal } from './principals.ts'

export type { FederationRow } from '../store/client-federations.ts'

/** Name of a client at another issuer, whose tokens authenticate the client. */
export type FederatedName = Pick<FederationRow, 'issuer' | 'subject'>

/** Maximum number of such names of one client. */
const maxNames = 16

/** @throws HeadgateError `bad-request` for the server's own issuer, `already-exists` */
export async function addFederation(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
  name: FederatedName,
): Promise<FederationRow> {
  const row = await requirePrincipal(deps.sql, reference)
  if (name.issuer === ownIssuer)
    throw new HeadgateError('bad-request', 'The issuer must be another one than Headgate itself.')
  change.audit.object = row.name
  change.audit.detail = { ...name }
  const added = await changePolicy(deps, change, (tx) => insertFederation(tx, row.id, name, maxNames))
  if (added) return added
  throw new HeadgateError(
    'already-exists',
    `${name.subject} of ${name.issuer} proves a client already, or ${row.name} has ${maxNames} such names.`,
  )
}

/** Lists the names of a client at other issuers. */
export async function listClientFederations(
  { sql }: Pick<DirectoryDeps, 'sql'>,
  reference: string,
): Promise<readonly FederationRow[]> {
  const row = await requirePrincipal(sql, reference)
  return listFederations(sql, row.id)
}

/** @throws HeadgateError `no-such-object` */
export async function removeFederation(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
  name: FederatedName,
): Promise<void> {
  const row = await requirePrincipal(deps.sql, reference)
  change.audit.object = row.name
  change.audit.detail = { ...name }
  await changePolicy(deps, change, async (tx) => {
    if (await deleteFederation(tx, row.id, name)) return
    throw new HeadgateError('no-such-object', `${row.name} is not known as ${name.subject} there.`)
  })
}
