import { isServerSettable } from '@headgate/auth'
import { HeadgateError } from '@headgate/errors'

/**
 * Names of properties that a catalog may set for clients of the proxy. Sources: Iceberg Java 1.12
 * (`CatalogProperties`, `RESTCatalogProperties`, `RESTUtil`), PyIceberg 0.12 (`catalog/rest`, `io`), DuckDB 1.5 and
 * ClickHouse (`default-base-location`, `region`), Polaris (`expiration-time`).
 */
const names: ReadonlySet<string> = new Set([
  'prefix',
  'warehouse',
  'default-base-location',
  'namespace-separator',
  'scan-planning-mode',
  'rest-scan-planning-enabled',
  'snapshot-loading-mode',
  'rest-metrics-reporting-enabled',
  'rest-page-size',
  'rest-referenced-by',
  'view-endpoints-supported',
  'unique-table-location',
  'cache-enabled',
  'io-impl',
  'py-io-impl',
  'region',
  'client.region',
  'client.refresh-credentials-enabled',
  'expiration-time',
])

/** Prefixes of properties that control the behavior of a client, or the table properties that the client writes. */
const behaviour: readonly string[] = [
  'cache.',
  'io.manifest.',
  'rest-table-cache.',
  'rest-scan-planning.',
  'table-default.',
  'table-override.',
  'view-default.',
  'view-override.',
  'read.',
  'write.',
  'commit.',
]

/** Prefixes of properties with storage settings and storage credentials. Clients send them only to the storage. */
const storage: readonly string[] = ['s3.', 'gcs.', 'adls.', 'oss.', 'ecs.s3.', 'hdfs.', 'hf.']

/**
 * Patterns of the names of storage settings that the proxy removes: names of code that a client loads, further URLs,
 * and settings for the identity of the client.
 */
const refusedStorage: readonly RegExp[] = [
  /(^|[.-])(impl|class|factory|provider)(\.|$)/,
  /(^|[.-])ur[il]$/,
  /\.signer\./,
  /refresh-credentials-endpoint$/,
  /\.(profile-name$|role-|impersonate\.)/,
]

/** Accepted values of `io-impl` and `py-io-impl`: the classes of Iceberg and PyIceberg. */
const fileIo =
  /^(org\.apache\.iceberg\.([a-z0-9]+\.)*[A-Za-z0-9]+FileIO|pyiceberg\.io\.[a-z0-9]+\.[A-Za-z0-9]+FileIO)$/

/**
 * Property that the proxy passes unchanged although its name begins with `rest.`. Clients send its value to the remote
 * signing endpoint.
 */
const forSigner = 'rest.remote-signing.config'

/**
 * Decision about a property of a catalog. `refused`: no catalog may set the property. `unknown`: the allow-list does
 * not contain the property, and an operator can add it.
 */
type PropertyDecision = 'pass' | 'refused' | 'unknown'

export interface PassedProperties {
  /** Decides whether a property passes, by its name and its parsed value. */
  readonly decide: (name: string, value: unknown) => PropertyDecision
  /** Returns whether the operator added the property name to the allow-list. */
  readonly isAdded: (name: string) => boolean
}

/**
 * Returns the allow-list of the configuration properties that a catalog may send to clients. Names are compared
 * exactly.
 *
 * @param added Names that the operator adds; `nessie.*` adds all names that begin with `nessie.`
 * @throws HeadgateError `illegal-argument` for a name that no catalog may set
 */
export function passedProperties(added: readonly string[] = []): PassedProperties {
  for (const name of added) checkAdded(name)
  const isAdded = (name: string): boolean => added.some((each) => matches(each, name))
  const decide = (name: string, value: unknown): PropertyDecision => {
    if (typeof value === 'object' && value !== null) return 'refused'
    if (name === forSigner) return 'pass'
    if (!isServerSettable(name)) return 'refused'
    if (isAdded(name)) return 'pass'
    if (name === 'io-impl' || name === 'py-io-impl') return fileIo.test(String(value)) ? 'pass' : 'unknown'
    if (names.has(name) || behaviour.some((prefix) => name.startsWith(prefix))) return 'pass'
    if (!storage.some((prefix) => name.startsWith(prefix))) return 'unknown'
    return refusedStorage.some((pattern) => pattern.test(name.toLowerCase())) ? 'unknown' : 'pass'
  }
  return { decide, isAdded }
}

function matches(added: string, name: string): boolean {
  return added.endsWith('.*') ? name.startsWith(added.slice(0, -1)) : name === added
}

function checkAdded(name: string): void {
  const plain = name.endsWith('.*') ? name.slice(0, -1) : name
  if (!/^[\w.-]*\w[\w.-]*$/.test(plain)) {
    const how = 'Name one property, such as nessie.default-branch.name, or a prefix, such as nessie.*.'
    throw new HeadgateError(
      'illegal-argument',
      `${JSON.stringify(name)} is not the name of a property. ${how}`,
    )
  }
  if (isServerSettable(plain)) return
  throw new HeadgateError(
    'illegal-argument',
    `The proxy never passes ${name}, because this property determines where clients send requests or how they authenticate. Set it in the configuration of the clients.`,
  )
}
