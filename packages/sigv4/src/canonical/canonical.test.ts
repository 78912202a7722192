import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generalRules, rulesFor, s3Rules } from '../rules.ts'
import { canonicalPath, normalizePath } from './canonical-path.ts'
import { canonicalQuery, parseQuery } from './canonical-query.ts'
import { percentDecode, percentEncode, recodePath, recodeQuery } from './percent.ts'

/** Random text that represents bytes, with one character per byte. */
const bytes = fc.uint8Array({ maxLength: 30 }).map((array) => Buffer.from(array).toString('latin1'))

describe('canonical paths', () => {
  it.each([
    ['/a+b%24t', '/a%2Bb%24t', '/a%2Bb%2524t'],
    ['/a%2fb', '/a%2Fb', '/a%252fb'],
    ['/%41%7e', '/A~', '/%2541%257e'],
    ["/!'()*", '/%21%27%28%29%2A', '/%21%27%28%29%2A'],
    ['/a//b/./c/../d/', '/a//b/./c/../d/', '/a/b/d/'],
    ['/..', '/..', '/'],
    ['/../..//a', '/../..//a', '/a'],
    ['/a/%2e%2e/b', '/a/../b', '/a/%252e%252e/b'],
    ['/a/..b/.c', '/a/..b/.c', '/a/..b/.c'],
  ])(
    'canonicalPath converts %s to %s by the rules of S3, and to %s by the general rules',
    (path, s3, general) => {
      expect(canonicalPath(path, s3Rules)).toBe(s3)
      expect(canonicalPath(path, generalRules)).toBe(general)
    },
  )

  it('canonical paths have one form by the rules of S3, which keeps their meaning', () => {
    fc.assert(
      fc.property(bytes, (text) => {
        const path = `/${percentEncode(text)}`
        expect(recodePath(path)).toBe(path)
        expect(percentDecode(path)).toBe(`/${text}`)
      }),
    )
  })

  it('canonical paths remain unchanged when they are normalized a second time', () => {
    const segments = fc.array(fc.constantFrom('', '.', '..', 'a', 'b.', '...'), { maxLength: 8 })
    fc.assert(
      fc.property(segments, (all) => {
        const once = normalizePath(`/${all.join('/')}`)
        expect(normalizePath(once)).toBe(once)
        expect(once).toMatch(/^\/([^/]+\/)*[^/]*$/)
        expect(once.split('/')).not.toContain('..')
        // A URL parser resolves the path in the same way, except that it keeps repeated slashes.
        const url = new URL(`http://h/${all.filter((segment) => segment !== '').join('/')}`)
        expect(once.replace(/\/$/, '')).toBe(url.pathname.replace(/\/$/, ''))
      }),
    )
  })
})

describe('canonical queries', () => {
  const parameters = fc.array(fc.tuple(bytes, bytes), { maxLength: 6 })

  it('canonical queries have one canonical form for all orders of their parameters', () => {
    fc.assert(
      fc.property(
        parameters.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
        ),
        ([all, shuffled]) => {
          const write = (pairs: [string, string][]): string =>
            pairs.map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`).join('&')
          expect(canonicalQuery(parseQuery(write(all)))).toBe(canonicalQuery(parseQuery(write(shuffled))))
        },
      ),
    )
  })

  it('canonical queries treat a plus sign as a space, as HTML forms do', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.string())), (pairs) => {
        const raw = new URLSearchParams(pairs).toString()
        const read = parseQuery(raw).map(({ name, value }) =>
          [name, value].map((part) => Buffer.from(percentDecode(part), 'latin1').toString()),
        )
        expect(read).toEqual([...new URLSearchParams(raw)])
      }),
    )
  })

  it('canonical queries with different parameters have different canonical forms', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(recodeQuery(percentEncode(a)) === recodeQuery(percentEncode(b))).toBe(a === b)
      }),
    )
  })

  it('canonical queries have an order by encoded names, then by values', () => {
    expect(canonicalQuery(parseQuery('a-b=1&a=2&A=3&a%00=4&a=1'))).toBe('A=3&a=1&a=2&a%00=4&a-b=1')
  })
})

it('rulesFor returns the rules of S3 only for S3 services', () => {
  expect(rulesFor('s3')).toBe(s3Rules)
  expect(rulesFor('s3tables')).toBe(generalRules)
  expect(rulesFor('glue')).toBe(generalRules)
})
