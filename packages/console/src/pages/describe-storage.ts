import type { Json } from '../api/json.ts'
import type { Warehouse } from '../api/generated/management.ts'

/** Returns the location of a warehouse as a text. */
export function describeStorage({ storage, upstream }: Warehouse): string {
  if (upstream !== null) return toText(upstream['uri'])
  if (storage['type'] === 'file') return toText(storage['root'])
  const path = [toText(storage['bucket']), toText(storage['prefix'])].filter((part) => part !== '')
  return `s3://${path.join('/')}`
}

/** Returns a setting as a text. */
export function toText(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
