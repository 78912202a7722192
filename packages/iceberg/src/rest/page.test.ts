import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { outcome } from '../../test/view/views.ts'
import { decodePage, type Page } from './page.ts'
import { decodePageToken, encodePageToken } from './page-token.ts'

const page = (pageToken?: string, pageSize?: string): Page => decodePage({ pageToken, pageSize }, 100)
const refused = (message: RegExp): object =>
  expect.objectContaining({ code: 'bad-request', message: expect.stringMatching(message) })

test('a list request without a page token requests the whole list, with or without a page size', () => {
  expect(page()).toEqual({ kind: 'everything' })
  expect(page(undefined, '5')).toEqual({ kind: 'everything' })
})

test('an empty token requests the first page', () => {
  expect(page('', '5')).toEqual({ kind: 'page', after: undefined, size: 5 })
})

test('a page token requests the page that starts after a name', () => {
  expect(page(encodePageToken('orders'), '5')).toEqual({ kind: 'page', after: 'orders', size: 5 })
})

test('a page is not larger than the limit of the server', () => {
  expect(page('')).toEqual({ kind: 'page', after: undefined, size: 100 })
  expect(page('', '101')).toEqual({ kind: 'page', after: undefined, size: 100 })
  expect(page('', '9'.repeat(400))).toEqual({ kind: 'page', after: undefined, size: 100 })
})

test.each(['0', '-1', '', ' 5', '5.0', '1e3', 'all', '٣'])(
  'the page size %j is refused, with or without a page token',
  (size) => {
    expect(() => page('', size)).toThrow(refused(/^Invalid pageSize/))
    expect(() => page(undefined, size)).toThrow(refused(/^Invalid pageSize/))
  },
)

test('a page token contains only characters that are safe in URLs, and is decoded to the name that it was created from', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      expect(encodePageToken(name)).toMatch(/^[\w-]+$/)
      expect(decodePageToken(encodePageToken(name))).toBe(name)
    }),
  )
})

test.each<[string, string]>([
  ['text', 'orders'],
  ['another version', Buffer.from('[2,"orders"]').toString('base64url')],
  ['another shape', Buffer.from('{"v":1}').toString('base64url')],
  ['a number as name', Buffer.from('[1,5]').toString('base64url')],
  ['more than a name', Buffer.from('[1,"a","b"]').toString('base64url')],
  ['another spelling of the JSON', Buffer.from('[1, "orders"]').toString('base64url')],
  ['padding', `${Buffer.from('[1,"ab"]').toString('base64url')}=`],
  ['a tail that decoders ignore', `${encodePageToken('orders')}!`],
  ['no UTF-8', Buffer.from([0x5b, 0x31, 0x2c, 0x22, 0xff, 0x22, 0x5d]).toString('base64url')],
  ['half a character', encodePageToken('\ud800').replace(/.$/, '')],
  ['too much', encodePageToken('x'.repeat(9_000))],
])('decodePageToken refuses %s', (_, token) => {
  expect(() => decodePageToken(token)).toThrow(refused(/^Invalid pageToken/))
})

test('decodePageToken returns a name or throws a HeadgateError for any text', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String()), (token) => {
      const result = outcome(() => decodePageToken(token))
      if (result !== 'refused') expect(encodePageToken(result.accepted)).toBe(token)
    }),
    { numRuns: 500 },
  )
})
