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

/** Issuer and subject of a client at another issuer. Tokens with this issuer and subject authenticate the client. */
export type FederatedName = Pick<FederationRow, 'issuer' | 'subject'>

/** Maximum number of federated names of one client. */
const maxNames = 16

/**
 * Links a client to its name at another issuer, so that tokens of that issuer authenticate the client.
 *
 * @throws HeadgateError `bad-request` for the server's own issuer, `already-exists` when a client already has this name
 */
export async function addFederation(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
  name: FederatedName,
): Promise<FederationRow> {
  const row = await requirePrincipal(deps.sql, reference)
  if (name.issuer === ownIssuer)
    throw new HeadgateError(
      'bad-request',
      'The issuer must not be Headgate itself. Name the issuer of the other identity provider.',
    )
  change.audit.object = row.name
  change.audit.detail = { ...name }
  const added = await changePolicy(deps, change, (tx) => insertFederation(tx, row.id, name, maxNames))
  if (added) return added
  throw new HeadgateError(
    'already-exists',
    `${name.subject} of ${name.issuer} already authenticates a client, or ${row.name} has ${maxNames} such names, which is the maximum. Remove a name first.`,
  )
}

/** Lists the federated names of a client. */
export async function listClientFederations(
  { sql }: Pick<DirectoryDeps, 'sql'>,
  reference: string,
): Promise<readonly FederationRow[]> {
  const row = await requirePrincipal(sql, reference)
  return listFederations(sql, row.id)
}

/**
 * Removes the link of a client to its name at another issuer.
 *
 * @throws HeadgateError `no-such-object` when the client does not have this name
 */
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
    throw new HeadgateError(
      'no-such-object',
      `The principal ${row.name} is not linked to the subject ${name.subject} of this issuer.`,
    )
  })
}
