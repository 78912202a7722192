import { isServerSettable } from '@headgate/auth'
import { HeadgateError } from '@headgate/errors'

/**
 * Single properties that a catalog may set at clients of the proxy. Sources: Iceberg Java 1.12 (`CatalogProperties`,
 * `RESTCatalogProperties`, `RESTUtil`), PyIceberg 0.12 (`catalog/rest`, `io`), DuckDB 1.5 and ClickHouse
 * (`default-base-location`, `region`), Polaris (`expiration-time`).
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

/** Prefixes of properties that say how a client behaves, or which table properties it writes. */
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

/** Prefixes of storage settings and vended storage credentials, which clients use at the storage itself. */
const storage: readonly string[] = ['s3.', 'gcs.', 'adls.', 'oss.', 'ecs.s3.', 'hdfs.', 'hf.']

/** Storage settings that do not pass: code that a client loads, further addresses, the client's own identities. */
const refusedStorage: readonly RegExp[] = [
  /(^|[.-])(impl|class|factory|provider)(\.|$)/,
  /(^|[.-])ur[il]$/,
  /\.signer\./,
  /refresh-credentials-endpoint$/,
  /\.(profile-name$|role-|impersonate\.)/,
]

/** Classes that `io-impl` and `py-io-impl` may name: those of Iceberg and PyIceberg. */
const fileIo =
  /^(org\.apache\.iceberg\.([a-z0-9]+\.)*[A-Za-z0-9]+FileIO|pyiceberg\.io\.[a-z0-9]+\.[A-Za-z0-9]+FileIO)$/

/** Passed unchanged although it is below `rest.`: clients repeat it to the signer. */
const forSigner = 'rest.remote-signing.config'

/** `refused`: no catalog may set it. `unknown`: the list does not have it, and an operator can add it. */
export type PropertyDecision = 'pass' | 'refused' | 'unknown'

export interface PassedProperties {
  /** Decides on a property by its name and its parsed value. */
  readonly decide: (name: string, value: unknown) => PropertyDecision
  /** Whether the operator added the name. */
  readonly isAdded: (name: string) => boolean
}

/**
 * Returns the allow-list of properties in configuration that a catalog sends to clients. Names are compared exactly.
 *
 * @param added Further names of an operator; `nessie.*` adds all names that begin with `nessie.`
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
    `The proxy never passes ${name}: it says where clients send requests, or how they authenticate. Set it at the clients.`,
  )
}
