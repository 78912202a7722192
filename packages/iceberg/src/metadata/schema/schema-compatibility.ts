import { invalid } from '../../field-error.ts'
import type { FormatVersion } from '../types.ts'
import { parsePrimitive, type PrimitiveKind } from './primitive.ts'
import type { SchemaIndex } from './schema-index.ts'

const SINCE_3: ReadonlySet<PrimitiveKind> = new Set<PrimitiveKind>([
  'timestamp_ns',
  'timestamptz_ns',
  'variant',
  'unknown',
  'geometry',
  'geography',
])

/**
 * Checks that a schema uses only features of the format version of its table. Types of version 3 and initial defaults need
 * version 3. The message names every field that needs a later version.
 *
 * @throws {HeadgateError} bad-request
 */
export function checkSchemaCompatibility(index: SchemaIndex, version: FormatVersion): void {
  if (version >= 3) return
  const problems: string[] = []
  for (const field of [...index.byId.values()].toSorted((a, b) => a.id - b.id)) {
    const primitive = typeof field.type === 'string' ? parsePrimitive(field.type) : undefined
    if (primitive !== undefined && SINCE_3.has(primitive.kind))
      problems.push(`Invalid type for ${field.fullName}: ${primitive.text} is not supported until v3`)
    if (field.hasInitialDefault)
      problems.push(
        `Invalid initial default for ${field.fullName}: non-null default is not supported until v3`,
      )
  }
  if (problems.length > 0) throw invalid(`Invalid schema for v${version}:\n- ${problems.join('\n- ')}`)
}
