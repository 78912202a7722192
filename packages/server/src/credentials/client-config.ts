import { encodeNamespaceParam, type TableIdentifier } from '@headgate/iceberg/rest'

/** Where clients reach the catalog, and how it names things. */
export interface ClientView {
  /** Public URL of the catalog, without trailing slash. */
  readonly publicUrl: string
  /** As advertised, percent-encoded. */
  readonly namespaceSeparator: string
}

/** A table as the paths of the catalog name it. */
export interface TablePath {
  readonly warehouse: string
  readonly identifier: TableIdentifier
}

/** `StorageCredential` of the Iceberg REST specification, with the token of the extension. */
export interface WireCredential {
  readonly prefix: string
  readonly config: Readonly<Record<string, string>>
  readonly 'storage-refresh-token'?: string
}

/** `remote-signing-config` of the Iceberg REST specification. */
export interface RemoteSigningConfig {
  readonly properties: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
}

/**
 * The path of an operation on a table, relative to the catalog's URI and without a leading slash: Iceberg's Java client
 * takes it so for all clouds. The token goes along in the query, because a client keeps this string and nothing else.
 */
export function tableEndpoint(
  view: ClientView,
  { warehouse, identifier }: TablePath,
  operation: 'credentials' | 'sign',
  token: string | null,
): string {
  const namespace = encodeNamespaceParam(identifier.namespace, view.namespaceSeparator)
  const path = `v1/${encodeURIComponent(warehouse)}/namespaces/${namespace}/tables/${encodeURIComponent(identifier.name)}/${operation}`
  return token === null ? path : `${path}?storageRefreshToken=${encodeURIComponent(token)}`
}

/** Keys of a credential's own `config`: the storage keys and where they are renewed. */
export function credentialConfig(
  keys: Readonly<Record<string, string>>,
  endpoint: string | null,
): Record<string, string> {
  return endpoint === null ? { ...keys } : { ...keys, 'client.refresh-credentials-endpoint': endpoint }
}

/**
 * Keys of a table's `config`: those of its credential once more, because some clients look only there, and the absolute
 * form of the endpoint, which Iceberg's scheduled renewal reads from nowhere else.
 */
export function tableConfig(
  view: ClientView,
  keys: Readonly<Record<string, string>>,
  endpoint: string | null,
): Record<string, string> {
  const config = credentialConfig(keys, endpoint)
  if (endpoint !== null) config['credentials.uri'] = `${view.publicUrl}/${endpoint}`
  return config
}

/** Keys of a table's `config` for a client that has its requests signed; each generation of clients reads its own. */
export function signingConfig(
  view: ClientView,
  hints: Readonly<Record<string, string>>,
  endpoint: string,
): Record<string, string> {
  return {
    ...hints,
    's3.remote-signing-enabled': 'true',
    's3.signer': 'S3V4RestSigner',
    's3.signer.uri': view.publicUrl,
    's3.signer.endpoint': endpoint,
    'signer.uri': view.publicUrl,
    'signer.endpoint': endpoint,
    'rest.remote-signing.endpoint': `${view.publicUrl}/${endpoint}`,
  }
}

/** Clients repeat this with every request to sign; what is signed depends on the caller and the path alone. */
export const remoteSigningConfig: RemoteSigningConfig = { properties: {}, headers: {} }

/**
 * What a credential's `prefix` says: clients compare it with the beginning of locations as they stand in the metadata,
 * character by character, and take the longest that fits. It covers all of `locations`; what the credential may touch is
 * another matter. There is one credential a scheme, because some clients refuse a second.
 *
 * @param locations of the table, as its metadata has them; at least one
 * @example `credentialPrefix(['s3://b/wh/t', 's3://b/wh/data'])` is `'s3://b/wh/'`
 */
export function credentialPrefix(locations: readonly string[]): string {
  const ended = locations.map((location) => (location.endsWith('/') ? location : `${location}/`))
  const [first = 's3://'] = ended
  const common = ended.reduce(commonStart, first)
  const folder = common.slice(0, common.lastIndexOf('/') + 1)
  // Below `scheme://bucket/` there is only the scheme, and where schemes differ (s3, s3a) what both begin with.
  if (/^[a-z0-9]+:\/\/[^/]+\//.test(folder)) return folder
  const schemes = new Set(ended.map((location) => location.slice(0, location.indexOf(':'))))
  return schemes.size === 1 ? `${[...schemes].join('')}://` : 's3'
}

function commonStart(a: string, b: string): string {
  let end = 0
  while (end < a.length && a[end] === b[end]) end += 1
  return a.slice(0, end)
}
