import { HeadgateError } from '@headgate/errors'
import { sealUpstreamSecrets, type StoredUpstream, openUpstreamSecrets } from '../catalog/upstream-secret.ts'
import { administersStorage } from '../access/administers-storage.ts'
import { managesServer, serverChain } from '../access/decide.ts'
import type { WarehouseRow } from '../catalog/warehouses.ts'
import type { MasterKey } from '../keys/master-key.ts'
import type { Call } from '../operation/operation.ts'
import { checkUpstream } from '../upstream/check-profile.ts'
import { identityMode } from '../upstream/identity.ts'
import {
  parseUpstreamProfile,
  type UpstreamBody,
  type UpstreamChange,
  type UpstreamProfile,
} from '../upstream/profile.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'

/**
 * Checks the upstream in the request that creates a warehouse.
 *
 * @throws HeadgateError `bad-request` for settings that a warehouse may not have, `forbidden` for a private address
 */
export async function checkNewUpstream(
  deps: Pick<WarehouseApiDeps, 'endpoints'>,
  call: Call,
  { secrets = {}, secretsRead = {}, ...profile }: UpstreamBody,
): Promise<void> {
  if (identityMode(profile) !== 'service') permitUserIdentity(call)
  const all = { auth: secrets, authRead: secretsRead }
  await checkUpstream(profile, all, deps.endpoints, { mayUseLoopback: managesServer(call.policy) })
}

/**
 * Returns the stored form of a new warehouse's upstream. It is a function of the id of the warehouse, because the
 * encryption of the secrets covers the id. Returns an empty object for a warehouse without upstream.
 */
export function storedUpstream(
  { master }: { readonly master: MasterKey },
  upstream: UpstreamBody | undefined,
): { readonly upstream?: (id: string) => StoredUpstream } {
  if (upstream === undefined) return {}
  const { secrets = {}, secretsRead = {}, ...profile } = upstream
  return {
    upstream: (id) => ({
      upstream: { ...profile },
      upstreamSecret: sealUpstreamSecrets(master, id, { auth: secrets, authRead: secretsRead }),
    }),
  }
}

/**
 * Returns the stored form of an upstream after a change. Members that the change does not contain remain. New secrets
 * replace all secrets, because each auth provider has its own; a change of `uri` or `auth` without secrets keeps them
 * only if the address of the upstream does not change, so that no secret is sent to another server.
 *
 * @throws HeadgateError `bad-request`, and errors of `checkNewUpstream`
 */
export async function changedUpstream(
  deps: Pick<WarehouseApiDeps, 'endpoints' | 'master'>,
  call: Call,
  row: WarehouseRow,
  { secrets, secretsRead, ...change }: UpstreamChange,
): Promise<StoredUpstream> {
  if (row.upstream === null)
    throw new HeadgateError(
      'bad-request',
      `Warehouse ${row.name} manages its tables itself, and cannot become an upstream warehouse: create another one.`,
    )
  const before = parseUpstreamProfile(row.upstream)
  const { authRead, ...changed } = { ...before, ...change, uri: change.uri ?? before.uri }
  const reads = authRead !== undefined && Object.keys(authRead).length > 0
  const profile: UpstreamProfile = reads ? { ...changed, authRead } : changed
  const stored = openUpstreamSecrets(deps.master, row)
  if (
    (secrets === undefined && sendsElsewhere(stored.auth, before, profile)) ||
    (secretsRead === undefined && reads && sendsElsewhere(stored.authRead, before, profile))
  )
    throw new HeadgateError(
      'bad-request',
      'The request changes the address to which the server sends the secrets of the upstream: send upstream.secrets too, and upstream.secretsRead if the upstream has authRead.',
    )
  const isForUsers = [before, profile].some((each) => identityMode(each) !== 'service')
  const { uri, auth, identity } = change
  if (isForUsers && [uri, auth, identity, secrets].some((value) => value !== undefined))
    permitUserIdentity(call)
  const all = {
    auth: secrets ?? stored.auth,
    authRead: secretsRead ?? (reads ? stored.authRead : {}),
  }
  await checkUpstream(profile, all, deps.endpoints, { mayUseLoopback: managesServer(call.policy) })
  return { upstream: { ...profile }, upstreamSecret: sealUpstreamSecrets(deps.master, row.id, all) }
}

/**
 * Requires `administer-storage` on the server for an upstream that receives requests with the identity of users. The
 * settings of such an upstream decide who receives tokens with which other services recognize these users.
 */
function permitUserIdentity({ policy }: Call): void {
  if (administersStorage(policy, serverChain)) return
  throw new HeadgateError(
    'forbidden',
    'An upstream that receives requests with the identity of users (upstream.identity) needs administer-storage on the server: its settings decide who receives tokens of these users. Ask an administrator of the server.',
  )
}

/** Returns whether a change of the upstream would send the stored secrets to another address. */
function sendsElsewhere(
  secrets: Readonly<Record<string, string>>,
  before: UpstreamProfile,
  after: UpstreamProfile,
): boolean {
  return Object.keys(secrets).length > 0 && addresses(before) !== addresses(after)
}

function addresses({ uri, auth = {}, authRead = {} }: UpstreamProfile): string {
  const endpoints = [auth, authRead].map((properties) =>
    Object.entries(properties)
      .flatMap(([name, value]) => {
        const url = URL.parse(value)
        return url !== null && /^https?:$/.test(url.protocol) ? [`${name}=${url.href}`] : []
      })
      .toSorted((a, b) => (a < b ? -1 : 1)),
  )
  // One host can serve the catalogs of several tenants below different paths.
  return JSON.stringify([new URL(uri).href.replace(/\/+$/, ''), endpoints])
}
