import { HeadgateError } from '@headgate/errors'
import { formatIdentifier } from '@headgate/iceberg/rest'
import type { SigningKeys } from '@headgate/sigv4'
import type { Policies } from '../access/policies.ts'
import { enforce } from '../access/refuse.ts'
import { checkLocations } from '../catalog/locations.ts'
import type { RelationRef } from '../catalog/target.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import { decideStorageGrant } from './decide-storage-grant.ts'
import { type Signed, signForTable, type SignRequest } from './signing/sign.ts'
import type { StorageGrant, StorageTarget } from './storage-grant.ts'
import { allowedPrefixes } from './storage-prefixes.ts'
import type { StorageKeys } from './vendors/storage-keys.ts'

export interface SigningDeps {
  readonly policies: Policies
  readonly storageKeys: StorageKeys
  readonly signingKeys: SigningKeys
  /** Returns the current time in epoch ms. */
  readonly now: () => number
}

/** Fields of a storage grant that limit which requests are signed. */
export type SigningGrant = Pick<StorageGrant, 'prefixes' | 'permission' | 'table'>

/**
 * Decides which requests the server signs for a caller that names a committed table. The sign operation calls it after
 * it checked that the caller may load the table. For staged tables and for access through views, `authorizeRefresh`
 * decides instead.
 *
 * @throws HeadgateError of `enforce`
 */
export async function decideSigning(
  { policies }: SigningDeps,
  identity: ProvenIdentity,
  { warehouse, identifier }: RelationRef,
  target: StorageTarget,
): Promise<SigningGrant> {
  const restricted = { role: null, known: null, isPlanned: false }
  const decision = decideStorageGrant(await policies.get(identity), target, 'widest', [], restricted)
  // The policy can be newer than the policy with which the caller was authorized.
  enforce(decision, { kind: 'relation', name: formatIdentifier(identifier) })
  const { permission } = decision
  return { prefixes: allowedPrefixes(warehouse, target.prefixes), permission, table: target.table }
}

/**
 * Signs a request to the object store with the warehouse's keys, if the grant allows the request.
 *
 * @param provider `provider` of the `RemoteSignRequest`
 * @throws HeadgateError `unsupported` when the warehouse does not sign requests, `forbidden` when the request exceeds the
 *   grant, `bad-request` when the request cannot be signed
 */
export async function signStorageRequest(
  { storageKeys, signingKeys, now }: SigningDeps,
  warehouse: Warehouse,
  { prefixes, permission }: SigningGrant,
  { provider, ...request }: SignRequest & { readonly provider: string },
): Promise<Signed> {
  const { store, name, vending } = warehouse
  if (vending.mode !== 'remote-signing' || store === null)
    throw new HeadgateError(
      'unsupported',
      `Warehouse "${name}" does not sign requests. Use vended credentials.`,
    )
  if (provider !== 's3')
    throw new HeadgateError('bad-request', `The storage provider ${provider} is not supported. Use "s3".`)
  checkLocations(warehouse, prefixes)
  return signForTable(request, {
    place: store,
    keys: await storageKeys.get(store),
    signingKeys,
    prefixes,
    permission,
    now: new Date(now()),
  })
}
