import type { Json, JsonObject } from '@headgate/json'

/** The type of a column: the text of a primitive type (`long`, `decimal(9, 2)`, `variant` …) or a nested type. */
export type Type = string | StructType | ListType | MapType

/** A field of a struct. Its id is unique in the schema. */
export interface NestedField extends JsonObject {
  readonly id: number
  readonly name: string
  readonly required: boolean
  readonly type: Type
  readonly doc?: string
  /** What rows written before the field existed are read with; JSON single-value form of the field's type. */
  readonly 'initial-default'?: Json
  /** What writers write when they are given no value; same form. */
  readonly 'write-default'?: Json
}

export interface StructType extends JsonObject {
  readonly type: 'struct'
  readonly fields: readonly NestedField[]
}

export interface ListType extends JsonObject {
  readonly type: 'list'
  readonly 'element-id': number
  readonly element: Type
  readonly 'element-required': boolean
}

export interface MapType extends JsonObject {
  readonly type: 'map'
  readonly 'key-id': number
  readonly key: Type
  readonly 'value-id': number
  readonly value: Type
  readonly 'value-required': boolean
}

/** A schema: a struct with an id and, optionally, the ids of the fields that identify a row. */
export interface Schema extends StructType {
  readonly 'schema-id': number
  readonly 'identifier-field-ids'?: readonly number[]
}
