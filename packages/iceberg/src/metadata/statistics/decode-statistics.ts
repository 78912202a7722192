import type { Json } from '@headgate/json'
import {
  asArray,
  asObject,
  optionalStringMap,
  requiredField,
  requiredInts,
  requiredLong,
  requiredString,
  withoutNulls,
} from '../fields.ts'
import type { PartitionStatisticsFile, StatisticsFile } from './types.ts'

/** @throws {HeadgateError} bad-request */
export function decodeStatisticsFile(value: Json | undefined): StatisticsFile {
  const where = 'statistics file'
  const object = asObject(value, where)
  requiredLong(object, 'snapshot-id', where)
  requiredString(object, 'statistics-path', where)
  requiredLong(object, 'file-size-in-bytes', where)
  requiredLong(object, 'file-footer-size-in-bytes', where)
  const blobs = asArray(requiredField(object, 'blob-metadata', where), 'blob metadata')
  return { ...object, 'blob-metadata': blobs.map(decodeBlob) } as unknown as StatisticsFile
}

function decodeBlob(value: Json): Json {
  const where = 'blob metadata'
  const object = asObject(value, where)
  requiredString(object, 'type', where)
  requiredLong(object, 'snapshot-id', where)
  requiredLong(object, 'sequence-number', where)
  requiredInts(object, 'fields', where)
  optionalStringMap(object, 'properties', where)
  return withoutNulls(object, ['properties'])
}

/** @throws {HeadgateError} bad-request */
export function decodePartitionStatisticsFile(value: Json | undefined): PartitionStatisticsFile {
  const where = 'partition statistics file'
  const object = asObject(value, where)
  requiredLong(object, 'snapshot-id', where)
  requiredString(object, 'statistics-path', where)
  requiredLong(object, 'file-size-in-bytes', where)
  return object as PartitionStatisticsFile
}
