import type { JsonObject } from '@headgate/json'

export interface SortField extends JsonObject {
  readonly transform: string
  readonly 'source-id'?: number
  readonly 'source-ids'?: readonly number[]
  readonly direction: 'asc' | 'desc'
  readonly 'null-order': 'nulls-first' | 'nulls-last'
}

/** How rows are ordered within files. Id 0 is the order without fields, and only that. */
export interface SortOrder extends JsonObject {
  readonly 'order-id': number
  readonly fields: readonly SortField[]
}
