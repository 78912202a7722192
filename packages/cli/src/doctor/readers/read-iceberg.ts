import { decodeAccessDelegation } from '@headgate/iceberg/rest'
import type { AccessDelegation } from '@headgate/iceberg/client'
import type { CatalogSettings, OwnStorage, StorageKeys } from '../catalog-settings.ts'
import { readAuth } from './read-auth.ts'
import type { Entries } from './reader.ts'

export type IcebergSettings = Pick<
  CatalogSettings,
  'warehouse' | 'auth' | 'tokenEndpoint' | 'headers' | 'delegation' | 'exchangesTokens' | 'storage'
>

/** Behavior of a client for which its configuration contains no property. */
export interface IcebergDefaults {
  /** Kinds of storage access that the client requests if its configuration contains no value of the header. */
  readonly delegation: readonly AccessDelegation[]
  /** Whether the client renews tokens by exchanging them, as Iceberg for Java does. */
  readonly exchangesTokens: boolean
}

const delegationHeader = 'x-iceberg-access-delegation'

/** Converts the properties that all Iceberg clients share to catalog settings. */
export function readIceberg(properties: Entries, defaults: IcebergDefaults): IcebergSettings {
  const all = Object.entries(properties).flatMap(([name, value]) => {
    const header = /^headers?\.(.+)$/.exec(name)?.[1]
    return header === undefined ? [] : [[header.toLowerCase(), value] as const]
  })
  const requested = all.find(([name]) => name === delegationHeader)?.[1]
  const exchanges = properties['token-exchange-enabled']?.toLowerCase() !== 'false'
  return {
    warehouse: properties['warehouse'],
    auth: readAuth(properties, defaults.exchangesTokens),
    tokenEndpoint: properties['oauth2-server-uri'] ?? properties['auth.oauth2.token_url'],
    headers: Object.fromEntries(all.filter(([name]) => name !== delegationHeader)),
    delegation: requested === undefined ? defaults.delegation : decodeAccessDelegation(requested),
    exchangesTokens: defaults.exchangesTokens && exchanges,
    storage: readStorage(properties),
  }
}

/** Reads the S3 settings from properties with Iceberg's names, such as `s3.endpoint`. */
function readStorage(properties: Entries): OwnStorage {
  return {
    endpoint: properties['s3.endpoint'],
    region: properties['client.region'] ?? properties['s3.region'],
    pathStyle: readFlag(properties['s3.path-style-access']),
    keys: toKeys(
      properties['s3.access-key-id'],
      properties['s3.secret-access-key'],
      properties['s3.session-token'],
    ),
  }
}

export function readFlag(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text.toLowerCase() === 'true'
}

/** Returns storage keys if both the access key id and the secret access key exist, or else undefined. */
export function toKeys(
  accessKeyId: string | undefined,
  secretAccessKey: string | undefined,
  sessionToken?: string,
): StorageKeys | undefined {
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
}
