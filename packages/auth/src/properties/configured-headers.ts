import type { HeaderList } from '../header-list.ts'
import { Secret } from '../secret.ts'
import type { Properties } from './auth-properties.ts'

/** The headers that a property map has for all requests: `header.X` (Iceberg, Lance) and `headers.X` (Lance). */
export function configuredHeaders(properties: Properties): HeaderList {
  return Object.entries(properties).flatMap(([name, value]): HeaderList => {
    const header = /^headers?\.(.+)$/.exec(name)?.[1]
    if (header === undefined || value === undefined) return []
    return [[header, value instanceof Secret ? value.reveal() : String(value)]]
  })
}
