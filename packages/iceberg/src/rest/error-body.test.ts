import { HeadgateError } from '@headgate/errors'
import { stringify } from '@headgate/json'
import { expect, test } from 'vitest'
import { errorBody } from './error-body.ts'

test('the body of an error contains only its message, type and status', () => {
  const error = new HeadgateError('no-such-table', 'Table does not exist: ns.tbl', {
    cause: new Error('SELECT * FROM secrets'),
  })
  expect(stringify(errorBody(error))).toBe(
    '{"error":{"message":"Table does not exist: ns.tbl","type":"NoSuchTableException","code":404}}',
  )
})
