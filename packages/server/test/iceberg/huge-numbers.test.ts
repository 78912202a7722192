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
  'the server refuses to register a %s whose metadata contains a number that is too large for a double',
  async (name, list, register, body) => {
    const made = await server.send('POST', `namespaces/h/${list}`, body)
    const file = readMetadataLocation(made)
    await server.send('POST', `namespaces/h/${list}/${name}/unregister`)
    await server.send('DELETE', `namespaces/h/${list}/${name}`)
    const path = fileURLToPath(file)
    const isCompressed = path.endsWith('.gz.metadata.json')
    const text = String(isCompressed ? gunzipSync(await readFile(path)) : await readFile(path))
    const attempt = async (number: string): Promise<object> => {
      const changed = text.replace('{', `{"of-somebody":[{"x":${number}}],`)
      await writeFile(path, isCompressed ? gzipSync(changed) : changed)
      return server.send('POST', `namespaces/h/${register}`, { name, 'metadata-location': file })
    }
    for (const number of ['1e400', '-1e400', `1${'0'.repeat(400)}.0`]) {
      expect(await attempt(number)).toMatchObject(
        errorBody(
          400,
          'BadRequestException',
          `The metadata file ${file} contains a number that is too large for a double, such as 1e400. Correct the file, then register it again.`,
        ),
      )
    }
    expect(await attempt('1e300')).toMatchObject({ status: 200 })
    const after = await commit(server.send, `namespaces/h/${list}/${name}`, [setProperties({ a: '1' })])
    expect(after).toMatchObject({ status: 200 })
  },
)
