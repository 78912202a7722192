import type { Json, JsonObject } from '@headgate/json'

/** Type of a field: the text of a primitive type (`long`, `decimal(9, 2)`, `variant`, …) or a nested type. */
export type Type = string | StructType | ListType | MapType

/** A field of a struct. Its id is unique in the schema. */
export interface NestedField extends JsonObject {
  readonly id: number
  readonly name: string
  readonly required: boolean
  readonly type: Type
  readonly doc?: string
  /** Value for rows that were written before the field existed, in the JSON single-value form of its type. */
  readonly 'initial-default'?: Json
  /** Value that writers write if the field has no value, in the JSON single-value form of its type. */
  readonly 'write-default'?: Json
}

/** Nested type with named fields. */
export interface StructType extends JsonObject {
  readonly type: 'struct'
  readonly fields: readonly NestedField[]
}

/** Nested type with elements of one type. */
export interface ListType extends JsonObject {
  readonly type: 'list'
  readonly 'element-id': number
  readonly element: Type
  readonly 'element-required': boolean
}

/** Nested type with keys and values. */
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
