import type { StringMap } from '../../fields.ts'

const EXPIRY_PROPERTIES =
  /^(?:s3\.session-token-expires-at-ms|gcs\.oauth2\.token-expires-at|adls\.sas-token-expires-at-ms(?:\..+)?)$/
const SAS_PROPERTY = /^adls\.sas-token\./

const KEY_PROPERTIES =
  /^(?:s3\.(?:access-key-id|secret-access-key|session-token.*)|gcs\.oauth2\.token.*|adls\.sas-token.*)$/

/** Removes the storage keys and their expiry from the configuration of a table. */
export function withoutKeys(config: StringMap): StringMap {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !KEY_PROPERTIES.test(key)))
}

/** Kind of the storage of a location. It determines the names of the keys in a credential. */
export type StorageKind = 's3' | 'gcs' | 'adls' | 'other'

/** Returns the kind of the storage by the scheme of a location or prefix. */
export function toStorageKind(location: string): StorageKind {
  const scheme = /^[a-z0-9+.-]+/.exec(location.toLowerCase())?.[0]
  switch (scheme) {
    case 's3':
    case 's3a':
    case 's3n':
      return 's3'
    case 'gs':
      return 'gcs'
    case 'abfs':
    case 'abfss':
    case 'wasb':
    case 'wasbs':
      return 'adls'
    default:
      return 'other'
  }
}

/**
 * Returns whether a configuration contains the keys for this kind of storage. Some servers send storage credentials
 * without keys.
 */
export function hasKeys(kind: StorageKind, config: StringMap): boolean {
  switch (kind) {
    case 's3':
      return Boolean(config['s3.access-key-id'] && config['s3.secret-access-key'])
    case 'gcs':
      return Boolean(config['gcs.oauth2.token'])
    case 'adls':
      return Object.entries(config).some(([key, value]) => SAS_PROPERTY.test(key) && value !== '')
    default:
      return Object.keys(config).length > 0
  }
}

/**
 * Returns the earliest expiry of the keys in a configuration, in epoch ms, or null if the configuration contains no
 * expiry.
 */
export function findExpiry(config: StringMap): number | null {
  const times = Object.entries(config).flatMap(([key, value]) =>
    EXPIRY_PROPERTIES.test(key) && /^\d{1,16}$/.test(value) ? [Number(value)] : [],
  )
  return times.length === 0 ? null : Math.min(...times)
}

/**
 * Returns whether the keys in a configuration are temporary, even if the configuration does not contain their expiry.
 */
export function isTemporary(config: StringMap): boolean {
  return (
    Boolean(config['s3.session-token'] || config['gcs.oauth2.token']) ||
    Object.keys(config).some((key) => SAS_PROPERTY.test(key))
  )
}

const ENDPOINTS = [
  ['client.refresh-credentials-endpoint', 'client.refresh-credentials-enabled'],
  ['gcs.oauth2.refresh-credentials-endpoint', 'gcs.oauth2.refresh-credentials-enabled'],
  ['adls.refresh-credentials-endpoint', 'adls.refresh-credentials-enabled'],
] as const

/**
 * Returns the endpoint that renews the keys of a configuration: a URL, or a path relative to the catalog. Null: the
 * configuration contains no endpoint.
 */
export function findRefreshEndpoint(config: StringMap): string | null {
  for (const [endpoint, enabled] of ENDPOINTS) {
    const value = config[endpoint]
    if (value !== undefined && value !== '' && config[enabled]?.toLowerCase() !== 'false') return value
  }
  return null
}
