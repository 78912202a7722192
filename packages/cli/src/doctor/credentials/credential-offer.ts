import type { LoadedTable, StorageCredential } from '@headgate/iceberg/client'
import type { StorageKeys } from '../catalog-settings.ts'
import type { EngineTraits, KeyMember } from '../engines/engine-traits.ts'

type Config = StorageCredential['config']

/** Storage access in the response of `loadTable`, in the way in which an engine reads it. Contains secrets. */
export interface CredentialOffer {
  readonly mode: 'keys' | 'signing' | 'none'
  /** Names of the members of the response that contain keys. */
  readonly members: readonly KeyMember[]
  /**
   * Storage properties that the engine uses: the properties of the chosen credential, and properties in the `config`
   * of the table that this credential does not contain.
   */
  readonly properties: Config
  /** Prefixes of the storage credentials. Empty if the keys are in `config` and apply to the whole table. */
  readonly prefixes: readonly string[]
  readonly keys: StorageKeys | undefined
  /** Expiry of the keys in epoch ms, or undefined if the response contains none. */
  readonly expiresAt: number | undefined
  /** Endpoint that renews the keys, unchanged from the response. */
  readonly refreshEndpoint: string | undefined
}

const keyNames = ['s3.access-key-id', 'gcs.oauth2.token']
const sasName = /^adls\.sas-token(\.|$)/
const expiryName =
  /^(s3\.session-token-expires-at-ms|gcs\.oauth2\.token-expires-at|adls\.sas-token-expires-at-ms(\..+)?)$/
const endpointName = /^(client|gcs\.oauth2|adls)\.refresh-credentials-endpoint$/

/** Returns whether a map of properties contains keys of a store. */
export const hasKeys = (config: Config): boolean =>
  Object.entries(config).some(
    ([name, value]) => value !== '' && (keyNames.includes(name) || sasName.test(name)),
  )

/** Reads the storage access of a loaded table in the same way as an engine with these traits. */
export function readOffer(table: LoadedTable, location: string, traits: EngineTraits): CredentialOffer {
  const credentials = table.storageCredentials.filter(({ config }) => hasKeys(config))
  const members: KeyMember[] = [
    ...(credentials.length > 0 ? (['storage-credentials'] as const) : []),
    ...(hasKeys(table.config) ? (['config'] as const) : []),
  ]
  const signs = table.config['s3.remote-signing-enabled']?.toLowerCase() === 'true'
  const chosen = traits.keyMembers.includes('storage-credentials')
    ? chooseCredential(credentials, location)
    : undefined
  const readsConfig = traits.keyMembers.includes('config')
  const properties = {
    ...(readsConfig || chosen === undefined ? table.config : withoutKeys(table.config)),
    ...chosen?.config,
  }
  return {
    mode: members.length > 0 ? 'keys' : signs ? 'signing' : 'none',
    members,
    properties,
    prefixes: credentials.map(({ prefix }) => prefix),
    keys: toKeys(properties),
    expiresAt: findExpiry(properties),
    refreshEndpoint: Object.entries(properties).find(([name]) => endpointName.test(name))?.[1],
  }
}

/**
 * Returns the credential whose prefix is the longest one that covers a location, as the Iceberg REST specification
 * requires of clients.
 */
export function chooseCredential(
  credentials: readonly StorageCredential[],
  location: string,
): StorageCredential | undefined {
  return credentials
    .filter(({ prefix }) => coversLocation(prefix, location))
    .toSorted((a, b) => b.prefix.length - a.prefix.length)[0]
}

/** Returns whether a prefix covers a location. The schemes s3, s3a and s3n count as equal. */
export function coversLocation(prefix: string, location: string): boolean {
  const start = normalizeScheme(prefix)
  const path = normalizeScheme(location)
  if (path.startsWith(start))
    return start === '' || /[/:]$/.test(start) || ['', '/', ':'].includes(path.charAt(start.length))
  return `${path}/` === start
}

const normalizeScheme = (text: string): string => text.replace(/^s3[an](?=:|$)/i, 's3')

function toKeys(properties: Config): StorageKeys | undefined {
  const id = properties['s3.access-key-id']
  const secret = properties['s3.secret-access-key']
  const token = properties['s3.session-token']
  if (!id || !secret) return undefined
  return { accessKeyId: id, secretAccessKey: secret, ...(token ? { sessionToken: token } : {}) }
}

export function findExpiry(properties: Config): number | undefined {
  const times = Object.entries(properties).flatMap(([name, value]) =>
    expiryName.test(name) && /^\d{10,16}$/.test(value) ? [Number(value)] : [],
  )
  return times.length === 0 ? undefined : Math.min(...times)
}

function withoutKeys(config: Config): Config {
  return Object.fromEntries(
    Object.entries(config).filter(
      ([name]) =>
        !/^(s3\.(access-key-id|secret-access-key|session-token)|gcs\.oauth2\.token|adls\.sas-token)/.test(
          name,
        ),
    ),
  )
}
