import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { AlreadyExistsError, isRestError, NoSuchViewError, type NewView } from '@headgate/iceberg/client'
import { check, gathered, type Check } from '../check.ts'
import { schema } from '../example-data.ts'

const view: NewView = {
  schema,
  representations: [{ type: 'sql', dialect: 'spark', sql: 'SELECT id, item FROM orders' }],
  summary: { 'engine-name': 'suite' },
  properties: { owner: 'ann' },
}

export const viewChecks: readonly Check[] = [
  check(
    'a view is created, loaded, listed, renamed and dropped',
    ['createView', 'listViews', 'dropView'],
    async ({ catalog, namespace, fresh }) => {
      const [recent, old] = [fresh('recent'), fresh('old')]
      const created = await catalog.createView(recent, view)
      equal(created.metadata.properties['owner'], 'ann')
      const loaded = await catalog.loadView(recent)
      equal(loaded.metadata['view-uuid'], created.metadata['view-uuid'])
      equal(loaded.metadata.versions[0]?.representations[0]?.sql, 'SELECT id, item FROM orders')
      ok((await gathered(catalog.listViews(namespace))).some(({ name }) => name === recent.name))
      equal(await catalog.viewExists(recent), true)
      if (catalog.supports('renameView')) {
        await catalog.renameView(recent, old)
        equal(await catalog.viewExists(recent), false)
      }
      await catalog.dropView(catalog.supports('renameView') ? old : recent)
      equal(await catalog.viewExists(old), false)
    },
  ),

  check(
    'a view gets a new definition and keeps its history',
    ['replaceView'],
    async ({ catalog, fresh, peer }) => {
      const created = await catalog.createView(fresh('history'), view)
      const after = await catalog
        .updateView(created)
        .replace({ schema, representations: [{ type: 'sql', dialect: 'spark', sql: 'SELECT 1 AS id' }] })
        .setProperties({ b: 'c' })
        .commit()
      const current = (metadata: typeof after.metadata) =>
        metadata.versions.find((each) => each['version-id'] === metadata['current-version-id'])
      equal(
        current(after.metadata)?.representations.some(({ sql }) => sql === 'SELECT 1 AS id'),
        true,
      )
      if (peer.history) equal(after.metadata.versions.length, 2)
      deepEqual((await catalog.loadView(created.identifier)).metadata.properties['b'], 'c')
    },
  ),

  check(
    'error responses are errors with specific classes, and a table and a view cannot share a name',
    ['createView'],
    async ({ catalog, fresh }) => {
      const name = fresh('taken')
      await rejects(catalog.loadView(name), NoSuchViewError)
      await catalog.createView(name, view)
      await rejects(catalog.createView(name, view), AlreadyExistsError)
      await rejects(catalog.createTable(name, { schema }), AlreadyExistsError)
    },
  ),

  check(
    'a metadata file of a view is registered, and a missing file is refused',
    ['registerView'],
    async ({ catalog, fresh, peer }) => {
      const created = await catalog.createView(fresh('first'), view)
      if (!peer.sharedFiles) await catalog.dropView(created.identifier)
      const { metadataLocation } = created
      const registered = await catalog.registerView(fresh('again'), { metadataLocation })
      equal(registered.metadata['view-uuid'], created.metadata['view-uuid'])
      await rejects(
        catalog.registerView(fresh('none'), { metadataLocation: `${metadataLocation}.none` }),
        (error) => isRestError(error) && error.status >= 400,
      )
    },
  ),
]
