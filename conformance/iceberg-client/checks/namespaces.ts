import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { NoSuchNamespaceError, AlreadyExistsError, NamespaceNotEmptyError } from '@headgate/iceberg/client'
import { check, gathered, NotApplicable, type Check } from '../check.ts'
import { schema } from '../example-data.ts'

export const namespaceChecks: readonly Check[] = [
  check(
    'a namespace is created with its properties, listed, changed and dropped',
    ['createNamespace', 'loadNamespaceMetadata', 'updateProperties', 'listNamespaces', 'dropNamespace'],
    async ({ catalog, fresh }) => {
      const namespace = [fresh('ns').name]
      const made = await catalog.createNamespace(namespace, { owner: 'ann', draft: 'yes' })
      equal(made['owner'], 'ann')
      ok((await gathered(catalog.listNamespaces())).some((each) => each.join() === namespace.join()))
      const changed = await catalog.updateNamespaceProperties(namespace, {
        updates: { owner: 'bob' },
        removals: ['draft', 'never'],
      })
      deepEqual(changed, { updated: ['owner'], removed: ['draft'], missing: ['never'] })
      const properties = await catalog.loadNamespace(namespace)
      deepEqual([properties['owner'], properties['draft']], ['bob', undefined])
      equal(await catalog.namespaceExists(namespace), true)
      await catalog.dropNamespace(namespace)
      equal(await catalog.namespaceExists(namespace), false)
    },
  ),

  check('unusual names are returned unchanged', ['createNamespace'], async ({ catalog, peer, fresh }) => {
    if (!peer.nested)
      throw new NotApplicable('the HTTP server of this catalog refuses the separator of namespace levels')
    const parent = [fresh('odd').name]
    const child = [...parent, 'Grüße & a+b %25 "x"']
    await catalog.createNamespace(parent)
    await catalog.createNamespace(child)
    deepEqual(await gathered(catalog.listNamespaces({ parent })), [child])
    equal(await catalog.namespaceExists(child), true)
    await catalog.dropNamespace(child)
    await catalog.dropNamespace(parent)
  }),

  check(
    'errors of the server are errors of the client with specific classes',
    ['createNamespace'],
    async ({ catalog, namespace, fresh }) => {
      await rejects(catalog.loadNamespace(['no-such-namespace']), NoSuchNamespaceError)
      await rejects(catalog.createNamespace(namespace), AlreadyExistsError)
      await catalog.createTable(fresh('keeps'), { schema })
      await rejects(catalog.dropNamespace(namespace), NamespaceNotEmptyError)
    },
  ),
]
