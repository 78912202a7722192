import { HeadgateError } from '@headgate/errors'
import type { ListOptions } from './storage.ts'

const maxPageSize = 1000

/** Returns the number of entries of one page of a list. Refuses an invalid page size. */
export function resolvePageSize(options: ListOptions): number {
  const size = options.pageSize ?? maxPageSize
  if (Number.isInteger(size) && size >= 1 && size <= maxPageSize) return size
  throw new HeadgateError('bad-request', `Page size must be between 1 and ${maxPageSize}`)
}
