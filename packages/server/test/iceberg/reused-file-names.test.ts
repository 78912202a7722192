import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type JsonObject, stringify } from '@headgate/json'
import { describe, expect, test } from 'vitest'
import { type Send, type TestResponse, type TestServer, testServer } from '../server.ts'
import { commit, readMetadata, schema, setProperties } from './tables.ts'

const table = 'namespaces/n/tables/hadoop'
const forms = ['', '?snapshots=refs', '?snapshots=all']
const encodings = ['identity', 'gzip']

/** Starts two replicas on which a drop deletes a table immediately. */
async function replicas(rowLimitBytes: number): Promise<{ server: TestServer; sends: readonly Send[] }> {
  const server = await testServer({ retentionSeconds: 0, metadataRowLimitBytes: rowLimitBytes })
  await server.send('POST', 'namespaces', { namespace: ['n'] })
  return { server, sends: [server.send, await server.replica()] }
}

/** Writes a metadata file under the name that Hadoop tables use for their first version. */
async function writeFirstVersion(server: TestServer, uuid: string, text: string): Promise<string> {
  const like = await server.send('POST', 'namespaces/n/tables', { name: `like-${text}`, schema })
  const location = `${server.root}/hadoop-table`
  const metadata: JsonObject = {
    ...readMetadata(like),
    'table-uuid': uuid,
    location,
    properties: { text, filler: 'x'.repeat(3_000) },
  }
  const file = `${server.root}/v1.metadata.json`
  await writeFile(fileURLToPath(file), stringify(metadata))
  return file
}

async function register(send: Send, file: string, more: JsonObject = {}): Promise<void> {
  const body = { name: 'hadoop', 'metadata-location': file, ...more }
  expect(await send('POST', 'namespaces/n/register', body)).toMatchObject({ status: 200 })
}

/** Loads the table in every form and encoding, so often that every cache contains it. */
async function loadAll(sends: readonly Send[]): Promise<readonly TestResponse[]> {
  const responses: TestResponse[] = []
  for (let time = 0; time < 3; time += 1)
    for (const send of sends)
      for (const form of forms)
        for (const encoding of encodings)
          responses.push(await send('GET', `${table}${form}`, undefined, { 'accept-encoding': encoding }))
  return responses
}

function expectText(responses: readonly TestResponse[], uuid: string, text: string): void {
  for (const response of responses)
    expect(readMetadata(response)).toMatchObject({ 'table-uuid': uuid, properties: { text } })
}

describe.each([
  ['in the row', 1_048_576],
  ['above the row limit', 10],
])('a reused metadata file name, with the text %s', (_, rowLimitBytes) => {
  test('every replica returns the new table in every form, with another ETag, when its metadata file has the name of an earlier file', async () => {
    const { server, sends } = await replicas(rowLimitBytes)
    await using _ = server
    const [first, second] = [crypto.randomUUID(), crypto.randomUUID()]
    await register(server.send, await writeFirstVersion(server, first, 'old'))
    const old = await loadAll(sends)
    expectText(old, first, 'old')
    expect((await server.send('DELETE', table)).status).toBe(204)
    await register(server.send, await writeFirstVersion(server, second, 'new'))
    const etags = old.map(({ headers }) => headers.get('etag') ?? '')
    for (const send of sends)
      for (const form of forms) {
        const response = await send('GET', `${table}${form}`, undefined, {
          'if-none-match': etags.join(', '),
        })
        expect(response.status).toBe(200)
      }
    expectText(await loadAll(sends), second, 'new')
  })

  test('every replica uses the new metadata as the base of the next commit when its metadata file has the name of an earlier file', async () => {
    for (const committing of [0, 1]) {
      const { server, sends } = await replicas(rowLimitBytes)
      await using _ = server
      const send = sends[committing] ?? server.send
      const [first, second] = [crypto.randomUUID(), crypto.randomUUID()]
      await register(server.send, await writeFirstVersion(server, first, 'old'))
      await loadAll(sends)
      expect((await server.send('DELETE', table)).status).toBe(204)
      await register(server.send, await writeFirstVersion(server, second, 'new'))
      expect((await commit(send, table, [setProperties({ step: 'one' })])).status).toBe(200)
      expectText(await loadAll(sends), second, 'new')
    }
  })

  test('every replica returns the new metadata after a file with the same name is registered over the same table', async () => {
    const { server, sends } = await replicas(rowLimitBytes)
    await using _ = server
    const uuid = crypto.randomUUID()
    await register(server.send, await writeFirstVersion(server, uuid, 'old'))
    await loadAll(sends)
    await register(server.send, await writeFirstVersion(server, uuid, 'new'), { overwrite: true })
    expectText(await loadAll(sends), uuid, 'new')
    expect((await commit(sends[1] ?? server.send, table, [setProperties({ step: 'one' })])).status).toBe(200)
    expectText(await loadAll(sends), uuid, 'new')
  })
})
