import type { JsonObject } from '@headgate/json'

/** Field of a sort order: source column, transform, direction and order of nulls. */
export interface SortField extends JsonObject {
  readonly transform: string
  readonly 'source-id'?: number
  readonly 'source-ids'?: readonly number[]
  readonly direction: 'asc' | 'desc'
  readonly 'null-order': 'nulls-first' | 'nulls-last'
}

/** Order of rows in files. Id 0 is reserved for the order without fields. */
export interface SortOrder extends JsonObject {
  readonly 'order-id': number
  readonly fields: readonly SortField[]
}
