import type { Variables } from '../env-type.ts'
import { checkFileRoot, parseDuration, parseSeparator } from '../parse-values.ts'
import { bytes, custom, integer, list, toggle } from '../variable.ts'

const MiB = 1024 ** 2
const GiB = 1024 ** 3

/** How the catalog behaves. */
export const catalog: Pick<
  Variables,
  | 'defaultWarehouse'
  | 'namespaceSeparator'
  | 'idempotencyLifetimeSeconds'
  | 'verifyMetadataFiles'
  | 'metadataRowLimitBytes'
  | 'metadataCacheBytes'
  | 'jobIntervalMs'
  | 'fileRoots'
> = {
  defaultWarehouse: custom(
    'HEADGATE_DEFAULT_WAREHOUSE',
    'lakehouse',
    'a warehouse name: letters, digits, `.`, `_` and `-`',
    {
      section: 'Catalog',
      doc: 'The warehouse of clients that name none.',
    },
    (value) => (/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(value) ? value : undefined),
  ),
  namespaceSeparator: custom(
    'HEADGATE_NAMESPACE_SEPARATOR',
    '%1F',
    'a percent-encoded character such as `%1F`',
    {
      section: 'Catalog',
      doc: 'What stands between the levels of a namespace in a path, as advertised to clients. `%1F` is always understood.',
    },
    parseSeparator,
  ),
  idempotencyLifetimeSeconds: custom(
    'HEADGATE_IDEMPOTENCY_LIFETIME',
    'PT30M',
    'an ISO 8601 duration from a minute to seven days, such as `PT30M`',
    {
      section: 'Catalog',
      doc: 'How long the outcome of a request with an `Idempotency-Key` is remembered.',
    },
    (value) => {
      const seconds = parseDuration(value)
      return seconds !== undefined && seconds >= 60 && seconds <= 604_800 ? seconds : undefined
    },
  ),
  verifyMetadataFiles: toggle('HEADGATE_VERIFY_METADATA_FILES', true, {
    section: 'Catalog',
    doc: 'On warehouses in a local directory: checks at each load that the metadata file is still there.',
  }),
  metadataRowLimitBytes: bytes(
    'HEADGATE_METADATA_ROW_LIMIT_BYTES',
    '1MiB',
    { min: 0, max: 64 * MiB },
    {
      section: 'Catalog',
      doc: 'Metadata up to this size, compressed, is also kept in the database, so that loading needs no object store.',
    },
  ),
  metadataCacheBytes: bytes(
    'HEADGATE_METADATA_CACHE_BYTES',
    '128MiB',
    { min: 0, max: 64 * GiB },
    {
      section: 'Catalog',
      doc: 'Memory for metadata that is ready to be served, divided among the workers.',
    },
  ),
  fileRoots: list(
    'HEADGATE_FILE_ROOTS',
    '',
    {
      section: 'Catalog',
      fallbackNote: '`warehouses` in the data directory',
      doc: "Where on the server's own disk warehouses may be made over the management interface. Whoever may make warehouses can read and delete everything below.",
    },
    checkFileRoot,
  ),
  jobIntervalMs: integer(
    'HEADGATE_JOB_INTERVAL_MS',
    60_000,
    { min: 100, max: 3_600_000 },
    {
      section: 'Catalog',
      doc: 'How often background work (expiry, purge, clean-up) is looked for, in milliseconds.',
    },
  ),
}
