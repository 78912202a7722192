import { HeadgateError } from '@headgate/errors'
import type { Warehouse } from '../catalog/warehouses.ts'

/**
 * Converts a location in a request to an absolute location. A relative location is below the root of the warehouse.
 * Does not check whether the caller may use the location.
 *
 * @throws HeadgateError `bad-request`
 */
export function toLocation({ root }: Pick<Warehouse, 'root'>, location: string): string {
  const plain = location.replace(/\/+$/, '')
  if (/^[a-z][a-z0-9+.-]*:/i.test(plain)) return plain
  // The conformance tests of the Lance protocol expect the first sentence of these messages.
  if (plain.startsWith('/'))
    throw new HeadgateError(
      'bad-request',
      'Absolute paths are not allowed. Send a location relative to the warehouse, or a URI.',
    )
  if (plain.split('/').includes('..'))
    throw new HeadgateError(
      'bad-request',
      'Path traversal is not allowed. Send a location without the segment "..".',
    )
  return `${root.replace(/\/+$/, '')}/${plain}`
}
