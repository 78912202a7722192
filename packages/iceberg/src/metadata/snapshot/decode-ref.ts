import type { Json } from '@headgate/json'
import {
  asObject,
  invalid,
  optionalInt,
  optionalLong,
  requiredLong,
  requiredString,
  withoutNulls,
} from '../fields.ts'
import type { SnapshotRef } from './types.ts'

const WHERE = 'snapshot reference'
const OPTIONAL = ['min-snapshots-to-keep', 'max-snapshot-age-ms', 'max-ref-age-ms']

/**
 * Decodes a branch or tag and checks its retention settings.
 *
 * @throws {HeadgateError} bad-request
 */
export function decodeSnapshotRef(value: Json | undefined): SnapshotRef {
  const object = asObject(value, WHERE)
  requiredLong(object, 'snapshot-id', WHERE)
  const type = requiredString(object, 'type', WHERE).toLowerCase()
  if (type !== 'branch' && type !== 'tag') throw invalid(`Invalid snapshot ref type: ${type}`)
  const keep = optionalInt(object, 'min-snapshots-to-keep', WHERE)
  const snapshotAge = optionalLong(object, 'max-snapshot-age-ms', WHERE)
  const refAge = optionalLong(object, 'max-ref-age-ms', WHERE)
  if (type === 'tag' && keep !== undefined) throw invalid('Tags do not support setting minSnapshotsToKeep')
  if (type === 'tag' && snapshotAge !== undefined)
    throw invalid('Tags do not support setting maxSnapshotAgeMs')
  if (keep !== undefined && keep <= 0) throw invalid('Min snapshots to keep must be greater than 0')
  if (snapshotAge !== undefined && snapshotAge <= 0)
    throw invalid('Max snapshot age must be greater than 0 ms')
  if (refAge !== undefined && refAge <= 0) throw invalid('Max reference age must be greater than 0')
  const tidy = withoutNulls(object, OPTIONAL)
  return (tidy['type'] === type ? tidy : { ...tidy, type }) as SnapshotRef
}
