import * as fc from 'fast-check'
import { HeadgateError } from '@headgate/errors'
import type { Storage } from '@headgate/storage'
import { bucket } from './endpoint.ts'

/** A location in a call of the storage, and whether the call writes. */
export type Touched = { readonly location: string; readonly writes: boolean }

const reading: ReadonlySet<string> = new Set(['head', 'get', 'getBytes', 'list', 'listParts'])

/** Creates a storage that only records the locations of its calls. */
export function notingStorage(storage: Storage, touched: Touched[]): Storage {
  return new Proxy(storage, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function' || typeof name !== 'string') return value
      return (...args: unknown[]): unknown => {
        const locations = name === 'copy' ? args.slice(0, 2) : Array.isArray(args[0]) ? args[0] : [args[0]]
        for (const [i, location] of locations.entries())
          touched.push({
            location: String(location),
            writes: !reading.has(name) && !(name === 'copy' && i === 0),
          })
        if (name === 'list' || name === 'listParts') return nothing()
        if (name === 'deleteMany') return Promise.resolve({ failed: [] })
        if (name === 'head') return Promise.resolve(null)
        return Promise.reject(new HeadgateError('no-such-file', 'The object does not exist.'))
      }
    },
  })
}

async function* nothing(): AsyncGenerator<never> {
  // Yields nothing, because these tests need no entries in lists.
}

/** Parts of object keys that other servers have parsed wrongly, percent-encoded or not. */
const pieces = fc.constantFrom(
  'wh',
  't1',
  't2',
  't10',
  'T1',
  'data',
  'x.parquet',
  '/',
  '//',
  '%2F',
  '%2f',
  '%252F',
  '%5C',
  '\\',
  '.',
  '..',
  '../../src/',
  '%2e',
  '%2E%2e',
  '%2e%2e%2f',
  '..%2f',
  '..%5c',
  '%252e%252e',
  '%00',
  '%0a',
  '%20',
  '+',
  '*',
  '%2A',
  '?',
  '%3F',
  '%23',
  '&',
  '=',
  ';',
  ':',
  '@',
  '$%7Buser%7D',
  '%27',
  '%22',
  '%3C',
  '%C3%BC',
  '%EF%BC%8F',
  '%E2%80%A4',
  '%E2%88%95',
  '%C0%AF',
  '%C0%AE',
  '%ff',
  '%zz',
  '%',
  '~',
  '%7E',
  '.headgate-uploads',
)

/** Arbitrary request paths. Some are inside the prefixes of the session, and most are not. */
export const paths: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(
      `/${bucket}/wh/t1/`,
      `/${bucket}/wh/t1`,
      `/${bucket}/wh/`,
      `/${bucket}/`,
      `/${bucket}%2Fwh/t1/`,
      '/',
      '//',
    ),
    fc.array(pieces, { maxLength: 8 }),
  )
  .map(([start, rest]) => start + rest.join(''))
  .filter((path) => !/[^\x21-\x7e]|#/.test(path))

/** Arbitrary queries, some of which select another operation. */
export const queries: fc.Arbitrary<string> = fc
  .array(
    fc.constantFrom(
      'list-type=2',
      'prefix=wh/t1/',
      'prefix=wh/t2/',
      'prefix=wh/t1/../t2/',
      'prefix=',
      'prefix=wh/t1',
      'delimiter=/',
      'delete',
      'uploads',
      'uploadId=abc',
      'partNumber=1',
      'start-after=wh/t2/x',
      'marker=wh/t2/x',
      'versionId=1',
      'acl',
      'max-keys=1',
      'location',
      'x-id=GetObject',
    ),
    { maxLength: 4 },
  )
  .map((parts) => [...new Set(parts)].join('&'))

export const methods: fc.Arbitrary<string> = fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'DELETE')

export const copySources: fc.Arbitrary<string | undefined> = fc.option(
  paths.map((path) => path.replace(/^\/+/, '')),
  { nil: undefined },
)
