import { expect, test } from 'vitest'
import { lanceErrorNames, type LanceErrorCode } from '../../../src/model/error-codes.ts'
import { id, errorReply, testNamespace, type Reply } from '../scripted-server.ts'
import {
  errorClasses,
  isLanceError,
  TableNotFoundError,
  UnauthenticatedError,
} from '../../../src/client/errors/error-classes.ts'
import { LanceNamespaceError } from '../../../src/client/errors/lance-namespace-error.ts'

async function catchError(reply: Reply): Promise<LanceNamespaceError> {
  await using fixture = await testNamespace({ maxRetries: 0, respond: () => reply })
  const error: unknown = await fixture.lance.describeTable({ id }).catch((thrown: unknown) => thrown)
  if (!(error instanceof LanceNamespaceError))
    throw new Error('Expected a LanceNamespaceError', { cause: error })
  return error
}

test.each(Object.entries(lanceErrorNames))(
  'the client throws a separate error class for code %i: %s',
  async (code, name) => {
    const error = await catchError(errorReply(500, Number(code), 'why'))
    const expected = code === '0' ? 'UnsupportedOperation' : name.replace(/Error$/, '')
    expect(error).toMatchObject({ name: `${expected}Error`, message: 'why', code: Number(code), status: 500 })
    expect(error).toBeInstanceOf(errorClasses[Number(code) as LanceErrorCode])
    expect(isLanceError(error, Number(code) as LanceErrorCode)).toBe(true)
  },
)

test('the code determines the class of an error, and the error contains the details that the server sent', async () => {
  const more = { detail: 'dropped', instance: '/v1/table/x' }
  const error = await catchError(errorReply(500, 4, 'no table', more))
  expect(error).toBeInstanceOf(TableNotFoundError)
  expect(error).toMatchObject({ ...more, operation: 'DescribeTable', outcomeUnknown: false })
  expect(isLanceError(error, 5)).toBe(false)
})

test.each<[string, Reply, Partial<LanceNamespaceError>]>([
  ['an unknown code', errorReply(400, 999), { name: 'LanceNamespaceError', code: 999, message: 'a message' }],
  ['a 401 without a code', { status: 401, json: {} }, { name: 'UnauthenticatedError', code: 16 }],
  ['a 403 without a body', { status: 403 }, { name: 'PermissionDeniedError', code: 15 }],
  ['a 429 of a proxy', { status: 429, body: 'slow down' }, { name: 'ThrottlingError', code: 21 }],
  ['a 503 of a proxy', { status: 503, body: '<html>' }, { name: 'ServiceUnavailableError', code: 17 }],
  ['a 404 without a body', { status: 404 }, { name: 'LanceNamespaceError', code: null }],
  [
    'an error of the Iceberg protocol',
    { status: 404, json: { error: { message: 'nested', code: 404 } } },
    { name: 'LanceNamespaceError', code: null, message: 'nested' },
  ],
  [
    'a problem document (RFC 9457)',
    { status: 400, json: { title: 'Bad', detail: 'the detail', code: 13 } },
    { name: 'InvalidInputError', message: 'the detail' },
  ],
  [
    'a code that is not an integer',
    { status: 400, json: { error: 'x', code: '13' } },
    { code: null, message: 'x' },
  ],
])('the client converts an error response with %s to an error', async (_, reply, expected) => {
  expect(await catchError(reply)).toMatchObject(expected)
})

test('an error response without a message results in a message that does not contain the body', async () => {
  const error = await catchError({ status: 418, body: '<html>s3cret</html>' })
  expect(error.message).toBe(
    'DescribeTable: the server answered 418 without an error message of the Lance protocol',
  )
})

test('the client does not follow a redirect, and the message says what to do', async () => {
  const error = await catchError({ status: 302, headers: { location: 'https://elsewhere.example/login' } })
  expect(error.message).toContain('Set the uri to the address that the redirect names')
})

test('retryAfterSeconds is the delay that the server requests', async () => {
  const reply = { ...errorReply(429, 21), headers: { 'retry-after': '120' } }
  expect((await catchError(reply)).retryAfterSeconds).toBe(120)
})

test('isLanceError recognizes errors of another copy of this package, and no other values', () => {
  const foreign = Object.assign(new Error('x'), {
    name: 'UnauthenticatedError',
    code: 16,
    operation: 'ListTables',
  })
  expect(isLanceError(foreign, 16)).toBe(true)
  expect(foreign).not.toBeInstanceOf(UnauthenticatedError)
  for (const other of [new Error('x'), undefined, { name: 'InternalError' }])
    expect(isLanceError(other)).toBe(false)
})
