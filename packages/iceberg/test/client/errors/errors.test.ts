import { expect, test } from 'vitest'
import { orders, errorResponse, testCatalog } from '../catalog.ts'
import * as client from '../../../src/client/index.ts'
import type { ScriptedResponse } from '../scripted-server.ts'
import { errorClasses, isRestError } from '../../../src/client/errors/error-classes.ts'
import { IcebergRestError } from '../../../src/client/errors/rest-error.ts'

async function errorFor(response: ScriptedResponse): Promise<IcebergRestError> {
  await using it = await testCatalog({ maxRetries: 0, respond: () => response })
  const error: unknown = await it.catalog.loadTable(orders).catch((thrown: unknown) => thrown)
  if (!(error instanceof IcebergRestError))
    throw new Error('The error is not an IcebergRestError', { cause: error })
  return error
}

test.each(Object.entries(errorClasses))(
  'the error type %s has an exported error class',
  async (type, errorClass) => {
    const error = await errorFor(errorResponse(418, type, 'why'))
    expect(error).toBeInstanceOf(errorClass)
    expect(error).toMatchObject({ name: errorClass.name, message: 'why', type, status: 418 })
    expect(isRestError(error, type)).toBe(true)
    expect(isRestError(error, 'OtherException')).toBe(false)
    expect(Object.values(client)).toContain(errorClass)
  },
)

test.each<[string, ScriptedResponse, Partial<IcebergRestError>]>([
  ['an unknown type', errorResponse(400, 'NewException'), { name: 'BadRequestError', type: 'NewException' }],
  [
    'a type with the name of a JavaScript property',
    errorResponse(404, 'constructor'),
    { name: 'IcebergRestError' },
  ],
  ['a 401 response of a proxy', { status: 401, text: '<html>' }, { name: 'NotAuthorizedError', type: null }],
  ['a 403 response of a proxy', { status: 403, text: '' }, { name: 'ForbiddenError', type: null }],
  ['a 404 response of a proxy', { status: 404, text: 'gone' }, { name: 'IcebergRestError', type: null }],
  ['a 429 response', { status: 429, text: '' }, { name: 'TooManyRequestsError' }],
  ['a 500 response', { status: 500, text: '' }, { name: 'ServerError' }],
  ['a 503 response', { status: 503, text: '' }, { name: 'ServiceUnavailableError' }],
  [
    'an error response of OAuth',
    { status: 400, json: { error: 'invalid_client' } },
    { name: 'BadRequestError', type: null },
  ],
])('the error response %s is converted to the expected error class', async (_, response, expected) => {
  expect(await errorFor(response)).toMatchObject(expected)
})

test('a 5xx response to a commit is a CommitStateUnknownError, regardless of its type', async () => {
  for (const status of [500, 502, 503, 504]) {
    await using it = await testCatalog({
      maxRetries: 0,
      respond: () => errorResponse(status, 'InternalServerError'),
    })
    const commits = [
      it.catalog.commitTable(orders, { requirements: [], updates: [] }),
      it.catalog.commitTransaction([]),
      it.catalog.replaceView(orders, { requirements: [], updates: [] }),
    ]
    for (const commit of commits)
      await expect(commit).rejects.toMatchObject({ name: 'CommitStateUnknownError', outcomeUnknown: true })
    await expect(it.catalog.dropTable(orders)).rejects.toMatchObject({ name: 'ServerError' })
  }
})

test('isRestError recognizes errors of another copy of this package', () => {
  const foreign = Object.assign(new Error('x'), {
    operation: 'loadTable',
    status: 404,
    type: 'NoSuchTableException',
    outcomeUnknown: false,
  })
  expect(isRestError(foreign, 'NoSuchTableException')).toBe(true)
  for (const other of [new Error('x'), undefined, { type: 'NoSuchTableException' }])
    expect(isRestError(other)).toBe(false)
})

test('the operation determines the error class of a 409 response with an unknown type', async () => {
  await using it = await testCatalog({ respond: () => errorResponse(409, 'Conflict') })
  await expect(it.catalog.dropNamespace(['a'])).rejects.toMatchObject({ name: 'NamespaceNotEmptyError' })
  await expect(it.catalog.createNamespace(['a'])).rejects.toMatchObject({ name: 'AlreadyExistsError' })
  const commit = it.catalog.commitTable(orders, { requirements: [], updates: [] })
  await expect(commit).rejects.toMatchObject({ name: 'CommitFailedError', type: 'Conflict' })
  await expect(it.catalog.dropTable(orders)).rejects.toMatchObject({ name: 'IcebergRestError' })
})
