import type { HeaderList } from '@headgate/http'
import { Secret } from '../secret.ts'
import type { Properties } from './auth-properties.ts'

/**
 * Returns the headers that a property map configures: `header.<name>` and `headers.<name>`.
 *
 * @example
 * ```ts
 * configuredHeaders({ 'header.X-Team': 'core' }) // [['X-Team', 'core']]
 * ```
 */
export function configuredHeaders(properties: Properties): HeaderList {
  return Object.entries(properties).flatMap(([name, value]): HeaderList => {
    const header = /^headers?\.(.+)$/.exec(name)?.[1]
    if (header === undefined || value === undefined) return []
    return [[header, value instanceof Secret ? value.reveal() : String(value)]]
  })
}
