import { HeadgateError } from '@headgate/errors'
import { checkClientKey } from '../identity/client-key.ts'
import {
  type ClientKeyRow,
  deleteClientKey,
  insertClientKey,
  listClientKeys as listKeys,
} from '../store/client-keys.ts'
import type { DirectoryDeps } from './deps.ts'
import { changePolicy, type RequestedChange } from './policy-change.ts'
import { ownIssuer, requirePrincipal } from './principals.ts'

export type { ClientKeyRow } from '../store/client-keys.ts'

/** Maximum number of keys of one client. */
const maxKeys = 16

/**
 * Registers a public key (RFC 7517) with which the server verifies assertions of a client.
 *
 * @throws HeadgateError `bad-request` for an unsuitable key or a principal of another issuer, `already-exists` when the
 *   key id is in use or the client has the maximum number of keys
 */
export async function addClientKey(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
  jwk: Readonly<Record<string, unknown>>,
): Promise<ClientKeyRow> {
  const row = await requirePrincipal(deps.sql, reference)
  if (row.issuer !== ownIssuer)
    throw new HeadgateError(
      'bad-request',
      `The principal ${row.name} authenticates at ${row.issuer}, so it cannot have keys here.`,
    )
  const key = await checkClientKey(jwk)
  if (!key.ok) throw new HeadgateError('bad-request', key.message)
  change.audit.object = row.name
  change.audit.detail = { key: key.value.id }
  const added = await changePolicy(deps, change, (tx) => insertClientKey(tx, row.id, key.value, maxKeys))
  if (added) return added
  throw new HeadgateError(
    'already-exists',
    `The principal ${row.name} already has a key with the id ${key.value.id}, or it has ${maxKeys} keys, which is the maximum. Remove a key first.`,
  )
}

/** Lists the keys of a client, the oldest first. */
export async function listClientKeys(
  { sql }: Pick<DirectoryDeps, 'sql'>,
  reference: string,
): Promise<readonly ClientKeyRow[]> {
  const row = await requirePrincipal(sql, reference)
  return listKeys(sql, row.id)
}

/**
 * Removes a registered public key of a client.
 *
 * @throws HeadgateError `no-such-object` when the client has no key with this id
 */
export async function removeClientKey(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
  keyId: string,
): Promise<void> {
  const row = await requirePrincipal(deps.sql, reference)
  change.audit.object = row.name
  change.audit.detail = { key: keyId }
  await changePolicy(deps, change, async (tx) => {
    if (await deleteClientKey(tx, row.id, keyId)) return
    throw new HeadgateError('no-such-object', `The principal ${row.name} has no key with the id ${keyId}.`)
  })
}
