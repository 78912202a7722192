import type { Json } from '../api/json.ts'
import type { Warehouse } from '../api/generated/management.ts'

/**
 * Returns the storage location of a warehouse as text, such as `s3://bucket/prefix`. For an upstream warehouse,
 * returns the URL of its upstream catalog.
 */
export function describeStorage({ storage, upstream }: Warehouse): string {
  if (upstream !== null) return toText(upstream['uri'])
  if (storage['type'] === 'file') return toText(storage['root'])
  const path = [toText(storage['bucket']), toText(storage['prefix'])].filter((part) => part !== '')
  return `s3://${path.join('/')}`
}

/** Formats the value of a setting as text. A missing value is an empty text. */
export function toText(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
