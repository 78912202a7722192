import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, testServer } from '../server.ts'
import { commit, errorBody, readMetadataLocation, schema, setProperties, viewBody } from './tables.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
  await server.send('POST', 'namespaces', { namespace: ['h'] })
})
afterAll(() => server[Symbol.asyncDispose]())

test.each([
  ['table', 'tables', 'register', { name: 'table', schema }],
  ['view', 'views', 'register-view', viewBody('view')],
] as const)(
  'a %s with a number that no program can hold is not registered, since no commit could follow',
  async (name, list, register, body) => {
    const made = await server.send('POST', `namespaces/h/${list}`, body)
    const file = readMetadataLocation(made)
    await server.send('POST', `namespaces/h/${list}/${name}/unregister`)
    await server.send('DELETE', `namespaces/h/${list}/${name}`)
    const path = fileURLToPath(file)
    const isPacked = path.endsWith('.gz.metadata.json')
    const text = String(isPacked ? gunzipSync(await readFile(path)) : await readFile(path))
    const attempt = async (number: string): Promise<object> => {
      const changed = text.replace('{', `{"of-somebody":[{"x":${number}}],`)
      await writeFile(path, isPacked ? gzipSync(changed) : changed)
      return server.send('POST', `namespaces/h/${register}`, { name, 'metadata-location': file })
    }
    for (const number of ['1e400', '-1e400', `1${'0'.repeat(400)}.0`]) {
      expect(await attempt(number)).toMatchObject(
        errorBody(400, 'BadRequestException', `The metadata file ${file} holds a number that is too large.`),
      )
    }
    expect(await attempt('1e300')).toMatchObject({ status: 200 })
    const after = await commit(server.send, `namespaces/h/${list}/${name}`, [setProperties({ a: '1' })])
    expect(after).toMatchObject({ status: 200 })
  },
)
