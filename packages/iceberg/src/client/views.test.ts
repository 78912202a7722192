import type { JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import { applyViewUpdates } from '../view/apply-view-updates.ts'
import { exampleView, schemaOf, sql } from '../../test/view/example-view.ts'
import { decodeCommitViewRequest } from '../rest/requests/commit-view.ts'
import { everything, problem, testCatalog } from '../../test/client/catalog.ts'
import { CommitFailedError, NoSuchViewError } from './index.ts'
import type { Reply, Seen } from '../../test/client/scripted-server.ts'

const recent = { namespace: ['sales', 'eu'], name: 'recent' } as const
const at = '/v1/wh/namespaces/sales%1Feu/views'
const loaded = (metadata = exampleView()): JsonObject => ({
  'metadata-location': 's3://bucket/ns/v/metadata/1.json',
  metadata,
})

test('views are created, loaded, asked for, registered, renamed and dropped at their own places', async () => {
  await using it = await testCatalog({
    answer: ({ method }) => (method === 'DELETE' || method === 'HEAD' ? { status: 204 } : { json: loaded() }),
  })
  const definition = { schema: schemaOf('x'), representations: [sql('select 1')] }
  const view = await it.catalog.createView(recent, { ...definition, properties: { a: 'b' } })
  expect(view).toMatchObject({ identifier: recent, metadata: { 'view-uuid': exampleView()['view-uuid'] } })
  await it.catalog.loadView(recent, { referencedBy: [{ namespace: ['a,b'], name: 'outer' }, recent] })
  expect(await it.catalog.viewExists(recent)).toBe(true)
  await it.catalog.registerView(recent, { metadataLocation: 's3://m' })
  await it.catalog.renameView(recent, { ...recent, name: 'old' })
  await it.catalog.dropView(recent)
  expect(it.targets()).toEqual([
    `POST ${at}`,
    `GET ${at}/recent?referenced-by=a%2Cb%1Fouter,sales%1Feu%1Frecent`,
    `HEAD ${at}/recent`,
    'POST /v1/wh/namespaces/sales%1Feu/register-view',
    'POST /v1/wh/views/rename',
    `DELETE ${at}/recent`,
  ])
  expect(it.seen[0]?.json).toEqual({
    name: 'recent',
    schema: { ...schemaOf('x') },
    'view-version': {
      'version-id': 1,
      'timestamp-ms': it.clock.now(),
      'schema-id': 0,
      summary: {},
      'default-namespace': ['sales', 'eu'],
      representations: [sql('select 1')],
    },
    properties: { a: 'b' },
  })
  // The specification knows no key for createView.
  expect(it.seen.map(({ headers }) => 'idempotency-key' in headers)).toEqual([
    false,
    false,
    false,
    true,
    true,
    true,
  ])
})

test('a view that is not there is an error of its own, or no', async () => {
  await using it = await testCatalog({ answer: () => problem(404, 'NoSuchViewException') })
  await expect(it.catalog.loadView(recent)).rejects.toBeInstanceOf(NoSuchViewError)
  expect(await it.catalog.viewExists(recent)).toBe(false)
})

/** A server with one view. */
function oneView(faults: readonly (Reply | 'lost' | undefined)[]): {
  answer: (seen: Seen) => Reply
  current: () => ReturnType<typeof exampleView>
} {
  let view = exampleView()
  let count = 0
  return {
    current: () => view,
    answer: ({ method, json }) => {
      if (method !== 'POST') return { json: loaded(view) }
      const fault = faults[count++]
      if (fault !== undefined && fault !== 'lost') return fault
      view = applyViewUpdates(view, decodeCommitViewRequest(json).updates, { now: 1_000 }).metadata
      return fault === 'lost' ? { hangUp: true } : { json: loaded(view) }
    },
  }
}

const noKeys = { ...everything, 'idempotency-key-lifetime': null }

test('a view gets another definition, tried again after a conflict, and found when the answer is lost', async () => {
  for (const fault of [undefined, problem(409, 'CommitFailedException'), 'lost'] as const) {
    const server = oneView([fault])
    await using it = await testCatalog({ config: noKeys, answer: server.answer })
    const view = await it.catalog.loadView(recent)
    const after = await it.catalog
      .updateView(view)
      .setProperties({ a: 'b' })
      .replace({ schema: schemaOf('x', 'y'), representations: [sql('select 2')] })
      .commit()
    expect(after.metadata).toMatchObject({ 'current-version-id': 2, properties: { a: 'b' } })
    expect(after.metadata.versions.length).toBe(2)
    expect(after.metadata).toEqual(server.current())
  }
})

test('a commit to a view ends with the error of the server', async () => {
  const conflicts = Array.from({ length: 9 }, () => problem(409, 'CommitFailedException'))
  await using it = await testCatalog({ config: noKeys, answer: oneView(conflicts).answer })
  const view = await it.catalog.loadView(recent)
  const builder = it.catalog.updateView(view).removeProperties(['a']).setLocation('s3://b/c')
  await expect(builder.commit({ commitRetries: 2 })).rejects.toBeInstanceOf(CommitFailedError)
  expect(it.seen.filter(({ method }) => method === 'POST').length).toBe(3)
  await expect(it.catalog.updateView(view).commit()).rejects.toThrow('nothing to commit')
  await using lost = await testCatalog({ config: noKeys, answer: oneView([problem(502, 'X')]).answer })
  const other = lost.catalog.updateView(await lost.catalog.loadView(recent)).setProperties({ a: 'b' })
  await expect(other.commit()).rejects.toMatchObject({
    name: 'CommitStateUnknownError',
    outcomeUnknown: true,
  })
})
