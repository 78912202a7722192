import type { StringMap } from '../../fields.ts'

const EXPIRIES =
  /^(?:s3\.session-token-expires-at-ms|gcs\.oauth2\.token-expires-at|adls\.sas-token-expires-at-ms(?:\..+)?)$/
const SAS = /^adls\.sas-token\./

const KEYS =
  /^(?:s3\.(?:access-key-id|secret-access-key|session-token.*)|gcs\.oauth2\.token.*|adls\.sas-token.*)$/

/** Configuration without keys and their expiry. */
export function withoutKeys(config: StringMap): StringMap {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !KEYS.test(key)))
}

/** Which storage a location is in, as far as credentials are concerned. */
export type StorageKind = 's3' | 'gcs' | 'adls' | 'other'

/** By the scheme of a location or prefix. */
export function storageKindOf(location: string): StorageKind {
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

/** Whether a configuration has the keys that storage of this kind needs: servers also send entries without any. */
export function hasKeys(kind: StorageKind, config: StringMap): boolean {
  switch (kind) {
    case 's3':
      return Boolean(config['s3.access-key-id'] && config['s3.secret-access-key'])
    case 'gcs':
      return Boolean(config['gcs.oauth2.token'])
    case 'adls':
      return Object.entries(config).some(([key, value]) => SAS.test(key) && value !== '')
    default:
      return Object.keys(config).length > 0
  }
}

/**
 * When the first of the keys ends, in epoch ms; null when none says so.
 */
export function expiryOf(config: StringMap): number | null {
  const times = Object.entries(config).flatMap(([key, value]) =>
    EXPIRIES.test(key) && /^\d{1,16}$/.test(value) ? [Number(value)] : [],
  )
  return times.length === 0 ? null : Math.min(...times)
}

/** Whether the keys end at some time, although nothing says when. */
export function isTemporary(config: StringMap): boolean {
  return (
    Boolean(config['s3.session-token'] || config['gcs.oauth2.token']) ||
    Object.keys(config).some((key) => SAS.test(key))
  )
}

const ENDPOINTS = [
  ['client.refresh-credentials-endpoint', 'client.refresh-credentials-enabled'],
  ['gcs.oauth2.refresh-credentials-endpoint', 'gcs.oauth2.refresh-credentials-enabled'],
  ['adls.refresh-credentials-endpoint', 'adls.refresh-credentials-enabled'],
] as const

/** Where the server wants these keys to be renewed: a URL, or a path below the catalog's; null when it does not say. */
export function refreshEndpointOf(config: StringMap): string | null {
  for (const [endpoint, enabled] of ENDPOINTS) {
    const value = config[endpoint]
    if (value !== undefined && value !== '' && config[enabled]?.toLowerCase() !== 'false') return value
  }
  return null
}
