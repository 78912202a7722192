// Property tests of locations with random input. The tests run each property a few times, and the fuzzer runs it for a
// chosen time.
import assert from 'node:assert/strict'
import { posix } from 'node:path'
import { isHeadgateError, type ErrorCode } from '@headgate/errors'
import { property, type Property } from '@headgate/testkit'
import * as fc from 'fast-check'
import { ancestorPrefixes, canonicalPrefix, contains, overlaps } from '../src/location-relations.ts'
import { parseLocation, parseObjectLocation, parsePrefix, type Location } from '../src/location.ts'

/**
 * Calls a function and returns its result, or undefined if it throws an error with one of the codes. Rethrows any
 * other error.
 */
function accepted<T>(read: () => T, ...codes: readonly ErrorCode[]): T | undefined {
  try {
    return read()
  } catch (error) {
    if (codes.some((code) => isHeadgateError(error, code))) return undefined
    throw error
  }
}

const pieces = fc.constantFrom(
  ...'. .. ... / // % %2 %2e %2E %2F %5c %00 %25 %252e %c0%ae %ff'.split(' '),
  '\\',
  ...'a b A t1 t10 ä + : @ ? #'.split(' '),
  'a\u0308',
  ' ',
  '\0',
  '\n',
  '\u007f',
  '\ud800',
  '\u{1f600}',
  ...'bucket .headgate-x x=1 * ~ & ; %20 __proto__'.split(' '),
  'a'.repeat(256),
  '\u202e',
)
const starts = fc.constantFrom(
  ...'s3://bucket/ s3a://bucket/ s3://bucket file:/// file:/ file:// s3:// s3: S3://bucket/'.split(' '),
  ...'gs://b/'.split(' '),
  '',
)
const anyText = fc.oneof(
  fc.tuple(starts, fc.array(pieces, { maxLength: 8 })).map(([start, parts]) => start + parts.join('')),
  fc.string({ unit: 'binary' }),
  fc.webUrl({ validSchemes: ['s3', 's3a', 'file'], withFragments: true, withQueryParameters: true }),
)

/** Segments that all stores accept. */
const segments = fc.constantFrom('a', 'b', 't1', 't10', 't', 'ä', 'x=1', '%20', 'a.b', '...', ' ', '0', '-')
const paths = fc.array(segments, { maxLength: 4 })
const roots = fc.constantFrom('s3://bucket', 's3a://bucket', 's3://bucket-2', 'file://')
/** Locations, each with its path segments, from which the test computes whether one location contains another. */
const places = fc.tuple(roots, paths, fc.boolean()).map(([root, path, slash]) => ({
  text: `${root}/${path.join('/')}${slash && path.length > 0 ? '/' : ''}`,
  parts: [root.replace('s3a:', 's3:'), ...path],
}))

const startsWith = (longer: readonly string[], shorter: readonly string[]): boolean =>
  shorter.every((part, index) => longer[index] === part)

/** Asserts that a location contains no text that a reader could decode, once or repeatedly, to another path. */
function staysInside({ scheme, key }: Location, escapesCount: boolean): void {
  let path = key
  for (let round = 0; round < (escapesCount ? 4 : 1); round += 1) {
    assert.ok(!/[\0\\?#]/.test(path) || !escapesCount, path)
    if (scheme === 'file') assert.equal(posix.normalize(`/${path}`), `/${path}`)
    assert.ok(!path.split('/').some((segment) => segment === '..' || segment === '.'), path)
    if (escapesCount) path = path.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => decodeURIComponent(run))
  }
}

export const properties: Readonly<Record<string, Property>> = {
  'any text is a location in canonical form or a bad request': property(anyText, (text) => {
    const location = accepted(() => parseLocation(text), 'bad-request')
    if (location === undefined) return
    assert.equal(location.text, text)
    const again = parseLocation(location.canonical)
    assert.deepEqual({ ...again, text: '' }, { ...location, text: '' })
    if (!text.endsWith('/')) assert.equal(parseLocation(`${text}/`).canonical, location.canonical)
    staysInside(location, true)
    assert.ok(contains(location, location))
    assert.ok(overlaps(location, location))
  }),

  'any text is an object, a prefix or a bad request, and what is an object begins with itself as a prefix':
    property(anyText, (text) => {
      const object = accepted(() => parseObjectLocation(text), 'bad-request')
      const prefix = accepted(() => parsePrefix(text), 'bad-request')
      if (object === undefined) return
      assert.deepEqual(prefix, object)
      assert.deepEqual({ ...parseObjectLocation(object.canonical), text: '' }, { ...object, text: '' })
      staysInside(object, false)
    }),

  'a location that is taken for an object too is the same one': property(anyText, (text) => {
    const location = accepted(() => parseLocation(text), 'bad-request')
    if (location === undefined || location.key === '' || text.endsWith('/')) return
    assert.equal(parseObjectLocation(text).canonical, location.canonical)
  }),

  'one place contains another exactly when its segments begin it': property(
    fc.tuple(places, places),
    ([a, b]) => {
      const [x, y] = [parseLocation(a.text), parseLocation(b.text)]
      assert.equal(contains(x, y), startsWith(b.parts, a.parts))
      assert.equal(overlaps(x, y), startsWith(b.parts, a.parts) || startsWith(a.parts, b.parts))
      assert.equal(overlaps(x, y), overlaps(y, x))
      assert.equal(contains(x, y) && contains(y, x), x.canonical === y.canonical)
      // The database query finds overlapping places: the place itself, and the places that contain it.
      const around = [...ancestorPrefixes(y), canonicalPrefix(y)]
      assert.equal(around.includes(canonicalPrefix(x)), contains(x, y))
    },
  ),

  'containment is transitive': property(fc.tuple(roots, paths, paths, paths), ([root, path, more, most]) => {
    const at = (...segments: readonly string[]): Location =>
      parseLocation([root, ...segments].join('/') + (segments.length === 0 ? '/' : ''))
    assert.ok(contains(at(...path), at(...path, ...more)))
    assert.ok(contains(at(...path), at(...path, ...more, ...most)))
  }),

  'a place contains exactly the locations with its segments': property(
    fc.tuple(anyText, places, places),
    ([text, allowed, place]) => {
      const check = (location: string): boolean => {
        const parsed = accepted(() => parseLocation(location), 'bad-request')
        return parsed !== undefined && contains(parseLocation(allowed.text), parsed)
      }
      assert.equal(check(place.text), startsWith(place.parts, allowed.parts))
      if (check(text))
        assert.ok(parseLocation(text).canonical.startsWith(parseLocation(allowed.text).canonical))
    },
  ),
}
