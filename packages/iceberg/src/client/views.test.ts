import type { JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import { applyViewUpdates } from '../view/apply-view-updates.ts'
import { exampleView, makeSchema, sql } from '../../test/view/example-view.ts'
import { decodeCommitViewRequest } from '../rest/requests/commit-view.ts'
import { fullConfig, errorResponse, testCatalog } from '../../test/client/catalog.ts'
import { CommitFailedError, NoSuchViewError } from './index.ts'
import type { ScriptedResponse, RecordedRequest } from '../../test/client/scripted-server.ts'

const recent = { namespace: ['sales', 'eu'], name: 'recent' } as const
const at = '/v1/wh/namespaces/sales%1Feu/views'
const loaded = (metadata = exampleView()): JsonObject => ({
  'metadata-location': 's3://bucket/ns/v/metadata/1.json',
  metadata,
})

test('each view operation sends the request that the specification defines', async () => {
  await using it = await testCatalog({
    respond: ({ method }) =>
      method === 'DELETE' || method === 'HEAD' ? { status: 204 } : { json: loaded() },
  })
  const definition = { schema: makeSchema('x'), representations: [sql('select 1')] }
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
  expect(it.requests[0]?.json).toEqual({
    name: 'recent',
    schema: { ...makeSchema('x') },
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
  // The specification defines no idempotency key for createView.
  expect(it.requests.map(({ headers }) => 'idempotency-key' in headers)).toEqual([
    false,
    false,
    false,
    true,
    true,
    true,
  ])
})

test('loadView throws NoSuchViewError for a missing view, and viewExists returns false', async () => {
  await using it = await testCatalog({ respond: () => errorResponse(404, 'NoSuchViewException') })
  await expect(it.catalog.loadView(recent)).rejects.toBeInstanceOf(NoSuchViewError)
  expect(await it.catalog.viewExists(recent)).toBe(false)
})

/**
 * Returns a request handler that serves one view. Each commit fails in the way that the next element of `faults`
 * describes.
 */
function serveOneView(faults: readonly (ScriptedResponse | 'lost' | undefined)[]): {
  respond: (request: RecordedRequest) => ScriptedResponse
  current: () => ReturnType<typeof exampleView>
} {
  let view = exampleView()
  let count = 0
  return {
    current: () => view,
    respond: ({ method, json }) => {
      if (method !== 'POST') return { json: loaded(view) }
      const fault = faults[count++]
      if (fault !== undefined && fault !== 'lost') return fault
      view = applyViewUpdates(view, decodeCommitViewRequest(json).updates, { now: 1_000 }).metadata
      return fault === 'lost' ? { disconnect: true } : { json: loaded(view) }
    },
  }
}

const noIdempotencyKeys = { ...fullConfig, 'idempotency-key-lifetime': null }

test('a commit replaces the definition of a view, also after a conflict or a lost response', async () => {
  for (const fault of [undefined, errorResponse(409, 'CommitFailedException'), 'lost'] as const) {
    const server = serveOneView([fault])
    await using it = await testCatalog({ config: noIdempotencyKeys, respond: server.respond })
    const view = await it.catalog.loadView(recent)
    const after = await it.catalog
      .updateView(view)
      .setProperties({ a: 'b' })
      .replace({ schema: makeSchema('x', 'y'), representations: [sql('select 2')] })
      .commit()
    expect(after.metadata).toMatchObject({ 'current-version-id': 2, properties: { a: 'b' } })
    expect(after.metadata.versions.length).toBe(2)
    expect(after.metadata).toEqual(server.current())
  }
})

test('a commit to a view throws the error of the server after its last retry', async () => {
  const conflicts = Array.from({ length: 9 }, () => errorResponse(409, 'CommitFailedException'))
  await using it = await testCatalog({ config: noIdempotencyKeys, respond: serveOneView(conflicts).respond })
  const view = await it.catalog.loadView(recent)
  const builder = it.catalog.updateView(view).removeProperties(['a']).setLocation('s3://b/c')
  await expect(builder.commit({ commitRetries: 2 })).rejects.toBeInstanceOf(CommitFailedError)
  expect(it.requests.filter(({ method }) => method === 'POST').length).toBe(3)
  await expect(it.catalog.updateView(view).commit()).rejects.toThrow('contains no changes')
  await using lost = await testCatalog({
    config: noIdempotencyKeys,
    respond: serveOneView([errorResponse(502, 'X')]).respond,
  })
  const other = lost.catalog.updateView(await lost.catalog.loadView(recent)).setProperties({ a: 'b' })
  await expect(other.commit()).rejects.toMatchObject({
    name: 'CommitStateUnknownError',
    outcomeUnknown: true,
  })
})
