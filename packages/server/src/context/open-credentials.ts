import type { Registry } from 'prom-client'
import { SigningKeys } from '@headgate/sigv4'
import type { Policies } from '../access/policies.ts'
import type { ContextOptions } from '../context-options.ts'
import { CredentialCache } from '../credentials/credential-cache.ts'
import { CredentialIssuer } from '../credentials/credential-issuer.ts'
import type { RefreshDeps } from '../credentials/refresh.ts'
import { StorageAccessLog } from '../credentials/storage-access-log.ts'
import { TableStates } from '../credentials/table-state.ts'
import { observeVending } from '../credentials/vending-metrics.ts'
import { PassVendor } from '../credentials/vendors/pass.ts'
import { GatewayVendor } from '../credentials/vendors/gateway.ts'
import { StaticVendor } from '../credentials/vendors/static.ts'
import { StorageKeys } from '../credentials/vendors/storage-keys.ts'
import { StsVendor } from '../credentials/vendors/sts.ts'
import { WebIdentities } from '../credentials/vendors/web-identities.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { PassCredentials } from '../upstream/pass-credentials.ts'
import type { Upstreams } from '../upstream/upstreams.ts'

/** Services that issue and renew storage access. */
export interface OpenedCredentials {
  readonly credentials: CredentialCache
  readonly issuer: CredentialIssuer
  /** Records issued credentials in the database. */
  readonly accessLog: StorageAccessLog
  readonly refresh: RefreshDeps
  readonly storageKeys: StorageKeys
  readonly signingKeys: SigningKeys
  readonly webIdentities: WebIdentities
}

/** Opens the configured credential vendors, the credential cache, and the issuer of storage access. */
export function openCredentials(
  options: ContextOptions,
  stack: AsyncDisposableStack,
  {
    ring,
    policies,
    registry,
    upstreams,
  }: {
    readonly ring: KeyRing
    readonly policies: Policies
    readonly registry: Registry
    readonly upstreams: Upstreams
  },
): OpenedCredentials {
  const { sql, log, gatewayUrl, publicUrl, endpoints, namespaceSeparator } = options
  const { lives: lifetimes, region, webIdentityTokenFile: tokenFile } = options.storageAccess
  const storageKeys = new StorageKeys()
  const webIdentities = new WebIdentities({ ring, issuer: publicUrl, tokenFile })
  const gateway = gatewayUrl === null ? null : new GatewayVendor({ ring, endpoint: () => gatewayUrl, region })
  const credentials = new CredentialCache({
    vendors: {
      sts: new StsVendor({ keys: storageKeys, tokens: webIdentities, endpoints }),
      static: new StaticVendor(),
      pass: new PassVendor(new PassCredentials(upstreams.keys, lifetimes.minLifeMs)),
      ...(gateway === null ? {} : { gateway }),
    },
    minLifeMs: lifetimes.minLifeMs,
    generation: () => ring.generation,
  })
  observeVending(registry, credentials)
  const now = Date.now
  const catalog = { publicUrl, namespaceSeparator }
  const onError = (err: unknown): void => log.error({ err }, 'the database rejected issued credentials')
  const accessLog = stack.use(new StorageAccessLog({ sql, onError }))
  const issuer = new CredentialIssuer({ credentials, ring, catalog, lifetimes, log: accessLog, now })
  const states = new TableStates(sql)
  const refresh = { ring, states, policies, issuer, publicUrl, lifetimes, now }
  return {
    credentials,
    issuer,
    accessLog,
    refresh,
    storageKeys,
    signingKeys: new SigningKeys(),
    webIdentities,
  }
}
