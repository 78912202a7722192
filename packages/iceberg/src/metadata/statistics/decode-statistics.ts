import type { Json } from '@headgate/json'
import {
  decodeArray,
  decodeInt32s,
  decodeInt64,
  decodeObject,
  decodeString,
  decodeStringMap,
  optional,
  required,
  withoutNulls,
} from '../../fields.ts'
import type { PartitionStatisticsFile, StatisticsFile } from './types.ts'

/**
 * Decodes a statistics file.
 *
 * @throws {HeadgateError} `bad-request`
 */
export function decodeStatisticsFile(value: Json | undefined): StatisticsFile {
  const object = decodeObject(value)
  required(object, 'snapshot-id', decodeInt64)
  required(object, 'statistics-path', decodeString)
  required(object, 'file-size-in-bytes', decodeInt64)
  required(object, 'file-footer-size-in-bytes', decodeInt64)
  const blobs = required(object, 'blob-metadata', (list) => decodeArray(list, decodeBlob))
  return { ...object, 'blob-metadata': blobs } as unknown as StatisticsFile
}

function decodeBlob(value: Json): Json {
  const object = decodeObject(value)
  required(object, 'type', decodeString)
  required(object, 'snapshot-id', decodeInt64)
  required(object, 'sequence-number', decodeInt64)
  required(object, 'fields', decodeInt32s)
  optional(object, 'properties', decodeStringMap)
  return withoutNulls(object, ['properties'])
}

/**
 * Decodes a partition statistics file.
 *
 * @throws {HeadgateError} `bad-request`
 */
export function decodePartitionStatisticsFile(value: Json | undefined): PartitionStatisticsFile {
  const object = decodeObject(value)
  required(object, 'snapshot-id', decodeInt64)
  required(object, 'statistics-path', decodeString)
  required(object, 'file-size-in-bytes', decodeInt64)
  return object as PartitionStatisticsFile
}
