import { randomUUID } from 'node:crypto'
import { checkEndpoint } from '../catalog/check-endpoint.ts'
import type { Finding } from '../catalog/finding.ts'
import { toReason } from '../catalog/probe-storage.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { CredentialCache } from '../credentials/credential-cache.ts'
import type { StorageCredential } from '../credentials/storage-credential.ts'
import type { StorageGrant, StoragePermission } from '../credentials/storage-grant.ts'
import type { StorageKeys } from '../credentials/vendors/storage-keys.ts'
import type { VendingProfile } from '../catalog/vending-profile.ts'
import type { EndpointGuard } from '@headgate/storage'
import type { Call } from '../operation/operation.ts'
import type { VendingCheck } from './warehouse-deps.ts'
import { refusedOutside, usableInside } from './try-credential.ts'
import { signedRequestsWork } from './try-signing.ts'
import { unsignedIsRefused } from './try-unsigned.ts'

export interface VendingCheckDeps {
  readonly credentials: CredentialCache
  readonly storageKeys: StorageKeys
  /** Checks connections to the endpoints of warehouses. */
  readonly endpoints: EndpointGuard
  /** URL at which clients reach the storage gateway. Null: the gateway is off. */
  readonly gatewayUrl: string | null
}

/** Requested lifetime in ms of the keys that are tested. Every vending mode shortens it if necessary. */
const lifeMs = 12 * 3_600_000

/**
 * Tests the access that a warehouse vends: the keys must work in their own location and must be refused
 * elsewhere. The caller receives no keys.
 */
export function vendingCheck(
  deps: VendingCheckDeps,
): (warehouse: Warehouse, call: Call) => Promise<VendingCheck> {
  return async (warehouse, call) => {
    const { mode } = warehouse.vending
    if (warehouse.credentials === 'relay') return ofRelay(deps)
    return {
      findings: await checks[mode](deps, warehouse, call),
      clientEndpoint: mode === 'gateway' ? deps.gatewayUrl : null,
    }
  }
}

/**
 * Returns the test of a warehouse in mode `relay`: whether clients can reach the storage gateway. The check of the
 * upstream tests the keys that the gateway uses.
 */
function ofRelay({ gatewayUrl }: VendingCheckDeps): VendingCheck {
  const findings = gatewayUrl === null ? [noGateway] : []
  return { findings, clientEndpoint: gatewayUrl }
}

const noGateway: Finding = {
  name: 'vend',
  ok: false,
  message:
    'Clients cannot reach a storage gateway of this server. Set HEADGATE_S3_PUBLIC_URL, or choose another vending mode.',
}

type Check = (deps: VendingCheckDeps, warehouse: Warehouse, call: Call) => Promise<readonly Finding[]>

const checks: Readonly<Record<VendingProfile['mode'], Check>> = {
  none: () => Promise.resolve([]),
  'remote-signing': ofSigning,
  static: () => Promise.resolve([longLived]),
  // In mode `pass`, the upstream catalog issues the credentials. The check of the connection to the upstream catalog
  // tests them, so this check does not.
  pass: () => Promise.resolve([]),
  gateway: ofGateway,
  sts: ofSts,
}

const longLived: Finding = {
  name: 'vend',
  ok: true,
  message:
    'Clients receive the long-lived keys of the storage, because the warehouse uses vending mode static. Modes gateway, sts and remote-signing do not reveal these keys.',
}

/** Tests the storage gateway. The gateway must refuse a session for a table that does not exist. */
async function ofGateway(
  { credentials, gatewayUrl }: VendingCheckDeps,
  warehouse: Warehouse,
  call: Call,
): Promise<Finding[]> {
  if (gatewayUrl === null) return [noGateway]
  const place = choosePlace(warehouse)
  const minted = await mint(credentials, warehouse, call, place, 'read-write')
  if (minted.credential === null) return [minted.finding]
  const [reached] = await checkEndpoint('gateway', gatewayUrl, call.signal)
  if (reached?.ok !== true) return reached === undefined ? [minted.finding] : [minted.finding, reached]
  const refused = await refusedOutside(warehouse, minted.credential, place, call.signal)
  return [minted.finding, reached, refused]
}

async function ofSts(deps: VendingCheckDeps, warehouse: Warehouse, call: Call): Promise<Finding[]> {
  const { credentials, storageKeys, endpoints } = deps
  const place = choosePlace(warehouse)
  const writer = await mint(credentials, warehouse, call, place, 'read-write')
  if (writer.credential === null) return [writer.finding]
  const inside = await usableInside(warehouse, writer.credential, place, call.signal, endpoints)
  const outside = await refusedOutside(
    warehouse,
    writer.credential,
    choosePlace(warehouse),
    call.signal,
    endpoints,
  )
  const reader = await mint(credentials, warehouse, call, place, 'read')
  if (reader.credential === null) return [writer.finding, inside, outside, reader.finding]
  const { ok, message } = await refusedOutside(
    warehouse,
    reader.credential,
    place,
    call.signal,
    endpoints,
    'write',
  )
  const { store } = warehouse
  const keys = store === null ? null : await storageKeys.get(store).catch(() => null)
  const unsigned =
    store === null || keys === null
      ? []
      : await unsignedIsRefused({ warehouse, store, keys, guard: endpoints }, place, call.signal)
  return [writer.finding, inside, outside, { name: 'read only', ok, message }, ...unsigned]
}

async function ofSigning(
  { storageKeys, endpoints }: VendingCheckDeps,
  warehouse: Warehouse,
  call: Call,
): Promise<Finding[]> {
  const { store } = warehouse
  if (store === null)
    return [
      {
        name: 'sign',
        ok: false,
        message:
          'The warehouse has no S3 store for which requests could be signed. Choose another vending mode.',
      },
    ]
  try {
    const keys = await storageKeys.get(store)
    const [deps, place] = [{ warehouse, store, keys, guard: endpoints }, choosePlace(warehouse)]
    const findings = await signedRequestsWork(deps, place, choosePlace(warehouse), call.signal)
    return [...findings, ...(await unsignedIsRefused(deps, place, call.signal))]
  } catch (error) {
    call.signal.throwIfAborted()
    return [{ name: 'sign', ok: false, message: toReason(error) }]
  }
}

/** Returns a folder of the warehouse that contains no other files. */
function choosePlace({ root }: Warehouse): string {
  return `${root.replace(/\/+$/, '')}/headgate-probe-${randomUUID()}/`
}

type Minted =
  | { readonly credential: StorageCredential; readonly finding: Finding }
  | { readonly credential: null; readonly finding: Finding }

async function mint(
  credentials: CredentialCache,
  warehouse: Warehouse,
  call: Call,
  place: string,
  permission: StoragePermission,
): Promise<Minted> {
  const { principal, issuedAt } = call.identity
  const end = Date.now() + lifeMs
  const grant: StorageGrant = {
    warehouse,
    // The random id belongs to no table, so no other caller shares the credential.
    table: { id: randomUUID(), staged: true, namespaceId: randomUUID() },
    identifier: { namespace: [], name: 'headgate-probe' },
    clientPrefix: place,
    prefixes: [place],
    permission,
    identity: {
      principal,
      actors: [],
      method: call.identity.method,
      expiresAt: null,
      ...(issuedAt === undefined ? {} : { issuedAt }),
    },
    viewIds: [],
    policyVersion: call.policy.version,
    revokedBefore: warehouse.notBefore,
    limits: { credentialExpiresBy: end, renewableUntil: end, engineRenewableUntil: null },
    plan: null,
    role: null,
    restriction: null,
    omitsEndpoint: false,
  }
  try {
    const credential = await credentials.get(grant, call.signal)
    const minutes = Math.round((credential.expiresAt - credential.mintedAt) / 60_000)
    const message = `The vending mode ${credential.mode} issued keys for one location, valid for ${minutes} min.`
    return { credential, finding: { name: 'vend', ok: true, message } }
  } catch (error) {
    call.signal.throwIfAborted()
    return { credential: null, finding: { name: 'vend', ok: false, message: toReason(error) } }
  }
}
