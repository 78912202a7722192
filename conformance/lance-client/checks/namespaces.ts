import { deepEqual, equal, rejects } from 'node:assert/strict'
import {
  NamespaceAlreadyExistsError,
  NamespaceNotEmptyError,
  NamespaceNotFoundError,
} from '@headgate/lance/client'
import { check, gathered, type Check } from '../check.ts'

export const namespaceChecks: readonly Check[] = [
  check('namespaces are created with properties, nested, listed and described', async ({ lance }) => {
    const { properties } = await lance.createNamespace({ id: ['n'], properties: { owner: 'ann' } })
    deepEqual(properties, { owner: 'ann' })
    await lance.createNamespace({ id: ['n', 'inner'] })
    deepEqual(await gathered(lance.listNamespaces()), ['n'])
    deepEqual(await gathered(lance.listNamespaces({ id: ['n'] })), ['inner'])
    deepEqual((await lance.describeNamespace({ id: ['n'] })).properties, { owner: 'ann' })
  }),
  check('a list is returned in pages', async ({ lance }) => {
    const names = Array.from({ length: 7 }, (_, index) => `p${index}`)
    for (const name of names) await lance.createNamespace({ id: ['n', 'inner', name] })
    const list = lance.listNamespaces({ id: ['n', 'inner'], limit: 3 })
    deepEqual(await gathered(list), names)
    const pages = await gathered(list.pages())
    deepEqual(
      pages.map(({ namespaces }) => namespaces.length),
      [3, 3, 1],
    )
  }),
  check('existing objects are distinguished from missing ones', async ({ lance }) => {
    equal(await lance.namespaceExists({ id: ['n'] }), true)
    equal(await lance.namespaceExists({ id: ['n', 'nope'] }), false)
  }),
  check('error responses are errors with specific classes', async ({ lance }) => {
    await rejects(lance.createNamespace({ id: ['n'] }), NamespaceAlreadyExistsError)
    await rejects(lance.createNamespace({ id: ['nope', 'x'] }), NamespaceNotFoundError)
    await rejects(lance.describeNamespace({ id: ['nope'] }), NamespaceNotFoundError)
    await rejects(lance.dropNamespace({ id: ['n'] }), NamespaceNotEmptyError)
    await rejects(lance.dropNamespace({ id: ['nope'] }), NamespaceNotFoundError)
  }),
  check(
    'unusual names are accepted, and names with a dollar sign are accepted with another delimiter',
    async ({ lance }) => {
      const names = ['a b', 'ü/ä', '100%', 'a+b', "it's", 'q?x=1&y#z', '日本', 'a.b', '..a']
      for (const name of names) await lance.createNamespace({ id: ['n', 'inner', 'p0', name] })
      const id = ['n', 'inner', 'p0']
      deepEqual(new Set(await gathered(lance.listNamespaces({ id }))), new Set(names))
      for (const name of names) equal(await lance.namespaceExists({ id: [...id, name] }), true, name)
      const other = { delimiter: '|' }
      await lance.createNamespace({ id: ['n', 'inner', 'p1', 'a$b'] }, other)
      equal(await lance.namespaceExists({ id: ['n', 'inner', 'p1', 'a$b'] }, other), true)
      await rejects(lance.namespaceExists({ id: ['a$b'] }), /Choose another delimiter/)
    },
  ),
  check('namespaces are dropped', async ({ lance }) => {
    await lance.dropNamespace({ id: ['n', 'inner', 'p6'] })
    equal(await lance.namespaceExists({ id: ['n', 'inner', 'p6'] }), false)
  }),
]
