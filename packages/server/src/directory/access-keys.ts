import { HeadgateError } from '@headgate/errors'
import { type AccessKey, generateAccessKey } from '../identity/access-keys/access-key.ts'
import { sealSecret } from '../identity/access-keys/sealed-secret.ts'
import type { MasterKey } from '../keys/master-key.ts'
import {
  type AccessKeyRow,
  deleteAccessKey,
  insertAccessKey,
  listAccessKeys as listKeys,
} from '../store/access-keys.ts'
import type { DirectoryDeps } from './deps.ts'
import { changePolicy, type RequestedChange } from './policy-change.ts'
import { ownIssuer, requirePrincipal } from './principals.ts'

export type { AccessKeyRow } from '../store/access-keys.ts'

/** Access key that was created, with its secret. */
export interface NewAccessKey extends AccessKey {
  /** Time of creation in epoch ms. */
  readonly createdAt: number
}

/**
 * Adds an access key to a principal, with which its clients sign requests. The database contains the secret only
 * encrypted.
 *
 * @throws HeadgateError `bad-request` for a principal of another issuer, `already-exists` if it has two access keys
 */
export async function addAccessKey(
  deps: DirectoryDeps & { readonly master: MasterKey },
  change: RequestedChange,
  reference: string,
): Promise<NewAccessKey> {
  const row = await requirePrincipal(deps.sql, reference)
  if (row.issuer !== ownIssuer)
    throw new HeadgateError(
      'bad-request',
      `The principal ${row.name} authenticates at ${row.issuer}, so it cannot have access keys here.`,
    )
  const key = generateAccessKey()
  const ids = { id: key.accessKeyId, principalId: row.id }
  const sealed = sealSecret(deps.master, ids, key.secretAccessKey)
  change.audit.object = row.name
  change.audit.detail = { key: key.accessKeyId }
  const added = await changePolicy(deps, change, (tx) => insertAccessKey(tx, { ...ids, sealed }))
  if (added !== null) return { ...key, createdAt: added.createdAt }
  throw new HeadgateError(
    'already-exists',
    `The principal ${row.name} already has two access keys: remove one of them first.`,
  )
}

/** Lists the access keys of a principal without their secrets, the oldest first. */
export async function listAccessKeys(
  { sql }: Pick<DirectoryDeps, 'sql'>,
  reference: string,
): Promise<readonly AccessKeyRow[]> {
  const row = await requirePrincipal(sql, reference)
  return listKeys(sql, row.id)
}

/**
 * Removes an access key. Requests that are signed with it are refused at once, and access to storage that began with it
 * ends.
 *
 * @throws HeadgateError `no-such-object` when the principal has no access key with this id
 */
export async function removeAccessKey(
  deps: DirectoryDeps,
  change: RequestedChange,
  reference: string,
  accessKeyId: string,
): Promise<void> {
  const row = await requirePrincipal(deps.sql, reference)
  change.audit.object = row.name
  change.audit.detail = { key: accessKeyId }
  await changePolicy(deps, change, async (tx) => {
    if (await deleteAccessKey(tx, row.id, accessKeyId)) return
    throw new HeadgateError(
      'no-such-object',
      `The principal ${row.name} has no access key with the id ${accessKeyId}.`,
    )
  })
}
