// Generated from spec/lance/spec.yaml by `npm run lance:model`. Do not edit.

import type { Int64 } from '@headgate/json'
import { flag, int64, lazy, list, text, textMap, type Decoder, type StringMap } from '../decode.ts'
import { optional, record, required } from '../record.ts'

/** JSON representation of a Apache Arrow schema. */
export interface JsonArrowSchema {
  readonly fields: readonly JsonArrowField[]
  readonly metadata?: StringMap | undefined
}

export const decodeJsonArrowSchema: Decoder<JsonArrowSchema> = record({
  fields: required(list(lazy(() => decodeJsonArrowField))),
  metadata: optional(textMap),
})

/** JSON representation of an Apache Arrow field. */
export interface JsonArrowField {
  readonly metadata?: StringMap | undefined
  readonly name: string
  readonly nullable: boolean
  readonly type: JsonArrowDataType
}

export const decodeJsonArrowField: Decoder<JsonArrowField> = record({
  metadata: optional(textMap),
  name: required(text),
  nullable: required(flag),
  type: required(lazy(() => decodeJsonArrowDataType)),
})

/** JSON representation of an Apache Arrow DataType */
export interface JsonArrowDataType {
  /** Fields for complex types like Struct, Union, etc. */
  readonly fields?: readonly JsonArrowField[] | undefined
  /** Length for fixed-size types */
  readonly length?: Int64 | undefined
  /** The data type name */
  readonly type: string
}

export const decodeJsonArrowDataType: Decoder<JsonArrowDataType> = record({
  fields: optional(list(lazy(() => decodeJsonArrowField))),
  length: optional(int64),
  type: required(text),
})
