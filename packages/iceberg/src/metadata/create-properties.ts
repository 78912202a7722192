import { invalid } from '../field-error.ts'
import { intProperty } from './properties.ts'
import type { SchemaIndex } from './schema/schema-index.ts'
import type { FormatVersion } from './types.ts'

const COLUMN_METRICS = 'write.metadata.metrics.column.'
const COMMIT_PROPERTIES = [
  'commit.retry.num-retries',
  'commit.retry.min-wait-ms',
  'commit.retry.max-wait-ms',
  'commit.retry.total-timeout-ms',
]
const ENCRYPTION_PROPERTIES = ['encryption.key-id', 'encryption.data-key-length']

/**
 * Refuses properties of a new table that writers cannot use. Existing tables are not checked, so that a new check cannot
 * make them unusable.
 *
 * @throws {HeadgateError} bad-request
 */
export function checkNewTableProperties(
  properties: Readonly<Record<string, string>>,
  schema: SchemaIndex,
  version: FormatVersion,
): void {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith(COLUMN_METRICS)) checkMetricsColumn(name, schema)
    if (COMMIT_PROPERTIES.includes(name) && intProperty(name, value, 0) < 0)
      throw invalid(`Table property ${name} must have non negative integer value`)
  }
  const encryption = ENCRYPTION_PROPERTIES.filter((name) => Object.hasOwn(properties, name))
  if (version < 3 && encryption.length > 0)
    throw invalid(`Invalid properties for v${version}: [${encryption.join(', ')}]`)
}

function checkMetricsColumn(name: string, schema: SchemaIndex): void {
  const column = name.slice(COLUMN_METRICS.length)
  if (schema.byName.has(column)) return
  throw invalid(
    `Invalid metrics config, could not find column ${column} from table prop ${name} in schema with ` +
      `columns ${[...schema.byId.values()].map((field) => field.fullName).join(', ')}`,
  )
}
