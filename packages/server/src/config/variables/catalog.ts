import type { Variables } from '../env-type.ts'
import { checkFileRoot, parseDuration, parseSeparator } from '../parse-values.ts'
import { bytes, custom, integer, list, toggle } from '../variable.ts'

const MiB = 1024 ** 2
const GiB = 1024 ** 3

/** Environment variables that configure the catalog, such as the default warehouse. */
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
      doc: 'Name of the warehouse for clients that do not name one.',
    },
    (value) => (/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(value) ? value : undefined),
  ),
  namespaceSeparator: custom(
    'HEADGATE_NAMESPACE_SEPARATOR',
    '%1F',
    'a percent-encoded character such as `%1F`',
    {
      section: 'Catalog',
      doc: 'Separator of the levels of a namespace in a path. Clients receive it with their configuration. `%1F` is always accepted.',
    },
    parseSeparator,
  ),
  idempotencyLifetimeSeconds: custom(
    'HEADGATE_IDEMPOTENCY_LIFETIME',
    'PT30M',
    'an ISO 8601 duration from a minute to seven days, such as `PT30M`',
    {
      section: 'Catalog',
      doc: 'Time for which the result of a request with an `Idempotency-Key` is stored.',
    },
    (value) => {
      const seconds = parseDuration(value)
      return seconds !== undefined && seconds >= 60 && seconds <= 604_800 ? seconds : undefined
    },
  ),
  verifyMetadataFiles: toggle('HEADGATE_VERIFY_METADATA_FILES', true, {
    section: 'Catalog',
    doc: 'When true, each load of a table checks that its metadata file still exists. Applies only to warehouses in a local directory.',
  }),
  metadataRowLimitBytes: bytes(
    'HEADGATE_METADATA_ROW_LIMIT_BYTES',
    '1MiB',
    { min: 0, max: 64 * MiB },
    {
      section: 'Catalog',
      doc: 'Maximum compressed size of metadata that is also stored in the database. A load of such a table needs no request to the object store.',
    },
  ),
  metadataCacheBytes: bytes(
    'HEADGATE_METADATA_CACHE_BYTES',
    '128MiB',
    { min: 0, max: 64 * GiB },
    {
      section: 'Catalog',
      doc: 'Size of the cache for metadata, divided among the workers.',
    },
  ),
  fileRoots: list(
    'HEADGATE_FILE_ROOTS',
    '',
    {
      section: 'Catalog',
      fallbackNote: '`warehouses` in the data directory',
      doc: "Locations on the server's own disk in which the management API may create warehouses. Callers that may create warehouses can read and delete all files in these locations.",
    },
    checkFileRoot,
  ),
  jobIntervalMs: integer(
    'HEADGATE_JOB_INTERVAL_MS',
    60_000,
    { min: 100, max: 3_600_000 },
    {
      section: 'Catalog',
      doc: 'Interval at which the server looks for background jobs (expiry, purge, clean-up), in milliseconds.',
    },
  ),
}
