import { HeadgateError } from '@headgate/errors'
import type { Json } from '@headgate/json'
import { expect, test } from 'vitest'
import { invalid } from './field-error.ts'
import { decodeArray, decodeAt, decodeObject, decodeStringMap, decodeText, required } from './fields.ts'

/** Decodes `{"list": [{"map": {…}}, …]}`. */
const decode = (value: Json): unknown =>
  required(decodeObject(value), 'list', (list) =>
    decodeArray(list, (item) => required(decodeObject(item), 'map', decodeStringMap)),
  )

test.each<[Json, string]>([
  [[], 'Invalid request body: expected an object, found an array'],
  [{}, 'Invalid request body: missing field list'],
  [{ list: null }, 'Invalid list: expected an array, found null'],
  [{ list: [{ map: {} }, 7] }, 'Invalid list[1]: expected an object, found a number'],
  [{ list: [{}] }, 'Invalid list[0]: missing field map'],
  [
    { list: [{ map: { 'a."b"': 1 } }] },
    'Invalid list[0].map["a.\\"b\\""]: expected a string, found a number',
  ],
])(
  'decoders refuse the JSON value %j with an error that contains the path of the wrong value',
  (value, message) => {
    expect(() => decode(value)).toThrow(expect.objectContaining({ code: 'bad-request', message }))
  },
)

test('the path of a wrong value in an error message starts with the name of the document', () => {
  expect(() => decodeAt('table metadata', { list: [null] }, decode)).toThrow(
    'Invalid table metadata.list[0]: ',
  )
})

test('error messages shorten a long path', () => {
  const key = 'k'.repeat(10_000)
  expect(() => decode({ list: [{ map: { [key]: 1 } }] })).toThrow(
    /^Invalid list\[0\]\.map\["k{180,200}…: expected/,
  )
})

test('prependPath keeps the reason and cause of a field error, and does not change other errors', () => {
  const cause = new Error('inside')
  const fail = (error: Error) => (): never => {
    throw error
  }
  expect(() => decodeAt('at', 1, fail(invalid('Not so', 'not so', cause)))).toThrow(
    expect.objectContaining({ message: 'Invalid at: not so', cause }),
  )
  const conflict = new HeadgateError('commit-failed', 'too late')
  expect(() => decodeAt('at', 1, fail(conflict))).toThrow(conflict)
})

test('decodeText refuses text that a database would change', () => {
  expect(decodeText('größe 🦆')).toBe('größe 🦆')
  for (const text of ['\0', '\ud800']) expect(() => decodeText(text)).toThrow('not well-formed Unicode text')
})
