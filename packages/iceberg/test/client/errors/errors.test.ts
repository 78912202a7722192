import { expect, test } from 'vitest'
import { orders, problem, testCatalog } from '../catalog.ts'
import * as client from '../../../src/client/index.ts'
import type { Reply } from '../scripted-server.ts'
import { errorClasses, isRestError } from '../../../src/client/errors/error-classes.ts'
import { IcebergRestError } from '../../../src/client/errors/rest-error.ts'

async function errorFor(reply: Reply): Promise<IcebergRestError> {
  await using it = await testCatalog({ maxRetries: 0, answer: () => reply })
  const error: unknown = await it.catalog.loadTable(orders).catch((thrown: unknown) => thrown)
  if (!(error instanceof IcebergRestError)) throw new Error('this is no IcebergRestError', { cause: error })
  return error
}

test.each(Object.entries(errorClasses))('%s has a class, which is exported', async (type, errorClass) => {
  const error = await errorFor(problem(418, type, 'why'))
  expect(error).toBeInstanceOf(errorClass)
  expect(error).toMatchObject({ name: errorClass.name, message: 'why', type, status: 418 })
  expect(isRestError(error, type)).toBe(true)
  expect(isRestError(error, 'OtherException')).toBe(false)
  expect(Object.values(client)).toContain(errorClass)
})

test.each<[string, Reply, Partial<IcebergRestError>]>([
  ['an unknown type', problem(400, 'NewException'), { name: 'BadRequestError', type: 'NewException' }],
  ['a type that is a word of the language', problem(404, 'constructor'), { name: 'IcebergRestError' }],
  ['a 401 of a proxy', { status: 401, text: '<html>' }, { name: 'NotAuthorizedError', type: null }],
  ['a 403 of a proxy', { status: 403, text: '' }, { name: 'ForbiddenError', type: null }],
  ['a 404 of a proxy', { status: 404, text: 'gone' }, { name: 'IcebergRestError', type: null }],
  ['a 429', { status: 429, text: '' }, { name: 'TooManyRequestsError' }],
  ['a 500', { status: 500, text: '' }, { name: 'ServerError' }],
  ['a 503', { status: 503, text: '' }, { name: 'ServiceUnavailableError' }],
  [
    'an error of OAuth',
    { status: 400, json: { error: 'invalid_client' } },
    { name: 'BadRequestError', type: null },
  ],
])('%s is understood', async (_, reply, expected) => {
  expect(await errorFor(reply)).toMatchObject(expected)
})

test('a commit that the server failed at is of unknown state, whatever the server calls it', async () => {
  for (const status of [500, 502, 503, 504]) {
    await using it = await testCatalog({
      maxRetries: 0,
      answer: () => problem(status, 'InternalServerError'),
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

test('errors of another copy of this package are known too', () => {
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

test('a conflict is about what was asked, where its type does not say', async () => {
  await using it = await testCatalog({ answer: () => problem(409, 'Conflict') })
  await expect(it.catalog.dropNamespace(['a'])).rejects.toMatchObject({ name: 'NamespaceNotEmptyError' })
  await expect(it.catalog.createNamespace(['a'])).rejects.toMatchObject({ name: 'AlreadyExistsError' })
  const commit = it.catalog.commitTable(orders, { requirements: [], updates: [] })
  await expect(commit).rejects.toMatchObject({ name: 'CommitFailedError', type: 'Conflict' })
  await expect(it.catalog.dropTable(orders)).rejects.toMatchObject({ name: 'IcebergRestError' })
})
