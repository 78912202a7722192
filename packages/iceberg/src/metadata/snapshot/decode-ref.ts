import type { Json } from '@headgate/json'
import { invalid, prependPath } from '../../field-error.ts'
import {
  decodeInt32,
  decodeInt64,
  decodeObject,
  decodeString,
  optional,
  required,
  invalidField,
  withoutNulls,
} from '../../fields.ts'
import type { SnapshotRef } from './types.ts'

const OPTIONAL = ['min-snapshots-to-keep', 'max-snapshot-age-ms', 'max-ref-age-ms']

/**
 * Decodes a branch or tag and checks its retention settings.
 *
 * @throws {HeadgateError} bad-request
 */
export function decodeSnapshotRef(value: Json | undefined): SnapshotRef {
  const object = decodeObject(value)
  required(object, 'snapshot-id', decodeInt64)
  const type = required(object, 'type', decodeString).toLowerCase()
  if (type !== 'branch' && type !== 'tag')
    throw prependPath('type', invalidField(`neither branch nor tag: ${type}`))
  const keep = optional(object, 'min-snapshots-to-keep', decodeInt32)
  const snapshotAge = optional(object, 'max-snapshot-age-ms', decodeInt64)
  const refAge = optional(object, 'max-ref-age-ms', decodeInt64)
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
