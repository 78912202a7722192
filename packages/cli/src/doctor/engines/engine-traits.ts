/** Names of the engines that the doctor knows. The name `any` means a client about which only the protocol is known. */
export const engineNames = [
  'spark',
  'flink',
  'trino',
  'pyiceberg',
  'duckdb',
  'starrocks',
  'doris',
  'clickhouse',
  'iceberg-rust',
  'iceberg-go',
  'any',
] as const

export type EngineName = (typeof engineNames)[number]

/** Member of the response of `loadTable` that can contain storage keys. */
export type KeyMember = 'config' | 'storage-credentials'

/** Behavior of an engine that decides whether a catalog works with it. */
export interface EngineTraits {
  readonly label: string
  /** Members of the response in which current versions of the engine look for storage keys. */
  readonly keyMembers: readonly KeyMember[]
  /** Members of the response in which versions before `before` look for storage keys. */
  readonly olderKeyMembers?: { readonly before: string; readonly members: readonly KeyMember[] }
  /** Whether the engine refuses or ignores keys without a session token. */
  readonly needsSessionToken: boolean
  /**
   * Properties from which current versions of the engine read the region of the store. Empty if they read it only from
   * their own configuration.
   */
  readonly regionProperties: readonly string[]
  /** Properties from which older versions of the engine read the region of the store. */
  readonly olderRegionProperties?: readonly string[]
  /** Whether the engine takes the endpoint, the path style and the region of the store from the catalog. */
  readonly takesLocation: boolean
  /** How the engine renews storage keys: by the refresh endpoint, by loading the table again, or not at all. */
  readonly renewsKeys: 'endpoint' | 'reload' | 'never'
  /** Whether the engine uses the AWS keys of the machine for tables without credentials. */
  readonly usesMachineKeys: boolean
  /** Whether the engine supports remote signing, in which the catalog signs its storage requests. */
  readonly signs: boolean
  /**
   * Whether the engine creates a new table, or the table of CREATE TABLE AS, with a staged create before it commits
   * the table.
   */
  readonly stagesCreates: boolean
  /** Whether the engine commits writes with `transactions/commit`, the operation for several tables. */
  readonly usesTransactions: boolean
  /** Whether the engine requests a new token after a response with status 419. */
  readonly understands419: boolean
  /**
   * Whether operations of the engine fail if an error response has no body in the form of the Iceberg specification.
   */
  readonly needsErrorBodies: boolean
  /** Sentence that tells the user how to make the engine trust an additional certificate authority. */
  readonly trust: string
}

const both: readonly KeyMember[] = ['storage-credentials', 'config']
const javaTrust =
  'Import the certificate of the authority into the trust store of the Java runtime (keytool -importcert).'

const java = {
  keyMembers: both,
  needsSessionToken: false,
  regionProperties: ['client.region'],
  takesLocation: true,
  renewsKeys: 'endpoint',
  usesMachineKeys: true,
  signs: true,
  stagesCreates: true,
  usesTransactions: false,
  understands419: false,
  needsErrorBodies: false,
  trust: javaTrust,
} as const satisfies Omit<EngineTraits, 'label'>

/**
 * Traits of each engine. Sources: captured traffic of the versions in `engines/README.md`, the source of the
 * clients, and the reports in `reports.ts`.
 */
export const engineTraits: Readonly<Record<EngineName, EngineTraits>> = {
  spark: { ...java, label: 'Spark' },
  flink: { ...java, label: 'Flink' },
  trino: {
    ...java,
    label: 'Trino',
    olderKeyMembers: { before: '482', members: ['config'] },
    needsSessionToken: true,
    regionProperties: [],
    takesLocation: false,
    signs: false,
  },
  pyiceberg: {
    label: 'PyIceberg',
    keyMembers: both,
    needsSessionToken: false,
    regionProperties: ['s3.region', 'client.region'],
    takesLocation: true,
    renewsKeys: 'never',
    usesMachineKeys: true,
    signs: true,
    stagesCreates: false,
    usesTransactions: false,
    understands419: true,
    needsErrorBodies: false,
    trust: 'Set ssl.cabundle of the catalog to a file with the certificate of the authority.',
  },
  duckdb: {
    label: 'DuckDB',
    keyMembers: both,
    needsSessionToken: false,
    regionProperties: ['s3.region', 'client.region'],
    takesLocation: true,
    renewsKeys: 'reload',
    usesMachineKeys: false,
    signs: false,
    stagesCreates: true,
    usesTransactions: true,
    understands419: false,
    needsErrorBodies: true,
    trust:
      "Set ca_cert_file of DuckDB to a file with the certificate of the authority (SET ca_cert_file = '…').",
  },
  starrocks: { ...java, label: 'StarRocks', needsSessionToken: true, renewsKeys: 'reload', signs: false },
  doris: {
    ...java,
    label: 'Doris',
    regionProperties: ['s3.region', 'client.region'],
    olderRegionProperties: ['s3.region'],
    renewsKeys: 'reload',
    signs: false,
  },
  clickhouse: {
    ...java,
    label: 'ClickHouse',
    keyMembers: ['config'],
    regionProperties: ['client.region', 's3.region'],
    renewsKeys: 'reload',
    signs: false,
    stagesCreates: false,
    trust:
      'Add the certificate of the authority to openSSL.client.caConfig in the configuration of ClickHouse.',
  },
  'iceberg-rust': {
    ...java,
    label: 'iceberg-rust',
    keyMembers: ['config'],
    regionProperties: ['s3.region', 'client.region'],
    renewsKeys: 'never',
    signs: false,
    stagesCreates: false,
    trust: 'Add the certificate of the authority to those of the operating system.',
  },
  'iceberg-go': {
    ...java,
    label: 'iceberg-go',
    keyMembers: ['storage-credentials'],
    regionProperties: ['s3.region', 'client.region'],
    renewsKeys: 'never',
    signs: false,
    stagesCreates: false,
    needsErrorBodies: true,
    trust: 'Add the certificate of the authority to those of the operating system.',
  },
  any: {
    label: 'The client',
    keyMembers: both,
    needsSessionToken: false,
    regionProperties: ['client.region', 's3.region'],
    takesLocation: true,
    renewsKeys: 'endpoint',
    usesMachineKeys: true,
    signs: true,
    stagesCreates: true,
    usesTransactions: false,
    understands419: true,
    needsErrorBodies: false,
    trust: 'Add the certificate of the authority to those that the client trusts.',
  },
}
