import type { Json } from '@headgate/json'
import { decodeNewPartitionSpec } from '../../metadata/partition/decode-spec.ts'
import type { PartitionSpec } from '../../metadata/partition/types.ts'
import { decodeNewSchema } from '../../metadata/schema/decode-new-schema.ts'
import type { Schema } from '../../metadata/schema/types.ts'
import { decodeSortOrder } from '../../metadata/sort/decode-order.ts'
import type { SortOrder } from '../../metadata/sort/types.ts'
import {
  decodeBoolean,
  decodeNonEmptyText,
  decodeObject,
  decodeTextMap,
  optional,
  required,
  type StringMap,
} from '../../fields.ts'
import { nameDecoder } from '../identifier.ts'
import { defaultNameLimits, type NameLimits } from '../names.ts'

/** Body of `createTable`. */
export interface CreateTableRequest {
  readonly name: string
  /** Location of the table, or undefined if the catalog chooses it. */
  readonly location: string | undefined
  /** Schema of the table, with column ids of the client. The server assigns new ids. */
  readonly schema: Schema
  /** Partition spec, or undefined for an unpartitioned table. */
  readonly partitionSpec: PartitionSpec | undefined
  /** Sort order, or undefined for an unsorted table. */
  readonly writeOrder: SortOrder | undefined
  /** Whether the table is staged: the first commit creates it. */
  readonly stageCreate: boolean
  readonly properties: StringMap
}

/**
 * Decodes the body of `createTable`.
 *
 * @throws {HeadgateError} `bad-request` with the path of the wrong member
 */
export function decodeCreateTableRequest(
  value: Json,
  limits: NameLimits = defaultNameLimits,
): CreateTableRequest {
  const body = decodeObject(value)
  return {
    name: required(body, 'name', nameDecoder(limits)),
    location: optional(body, 'location', decodeNonEmptyText),
    schema: required(body, 'schema', decodeNewSchema),
    partitionSpec: optional(body, 'partition-spec', decodeNewPartitionSpec),
    writeOrder: optional(body, 'write-order', decodeSortOrder),
    stageCreate: optional(body, 'stage-create', decodeBoolean) ?? false,
    properties: optional(body, 'properties', decodeTextMap) ?? {},
  }
}
