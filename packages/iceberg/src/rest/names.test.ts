import { describe, expect, test } from 'vitest'
import { checkName, checkNamespace } from './names.ts'

const limits = { maxNameBytes: 8, maxNamespaceBytes: 12, maxLevels: 3 }
const refused = (message: RegExp): object =>
  expect.objectContaining({ code: 'bad-request', message: expect.stringMatching(message) })

test.each(['a', 'with.dot', 'with/sl', 'with sp', '...', 'Ünïcö', '日本', '*', "'; --"])(
  'the protocol accepts the name %j',
  (name) => {
    expect(checkName(name, 'table name', limits)).toBe(name)
  },
)

test.each<[string, RegExp]>([
  ['', /^Invalid table name: must not be empty$/],
  ['.', /"\." is reserved/],
  ['..', /"\.\." is reserved/],
  ['a\u001fb', /"a\\u001fb" has a control character/],
  ['a\nb', /control character/],
  ['\0', /control character/],
  ['\u007f', /control character/],
  ['\u0085', /control character/],
  ['\ud800', /not well-formed Unicode/],
  ['ninebytes', /longer than 8 bytes/],
  ['日本語', /longer than 8 bytes/],
])('checkName refuses the name %j', (name, message) => {
  expect(() => checkName(name, 'table name', limits)).toThrow(refused(message))
})

describe('a namespace', () => {
  test('a namespace has a valid number of levels, and each level is a valid name', () => {
    expect(checkNamespace(['a', 'b', 'c'], limits)).toEqual(['a', 'b', 'c'])
    expect(() => checkNamespace([], limits)).toThrow(
      refused(/^Invalid namespace: must have at least one level$/),
    )
    expect(() => checkNamespace(['a', 'b', 'c', 'd'], limits)).toThrow(refused(/more than 3 levels/))
    expect(() => checkNamespace(['a', ''], limits)).toThrow(
      refused(/^Invalid namespace level: must not be empty$/),
    )
  })

  test('the length of a namespace has a separate limit', () => {
    expect(() => checkNamespace(['123456', '123456'], limits)).not.toThrow()
    expect(() => checkNamespace(['123456', '1234567'], limits)).toThrow(refused(/longer than 12 bytes/))
  })
})
