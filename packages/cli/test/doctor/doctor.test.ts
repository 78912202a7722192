import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startHttpServer } from '@headgate/testkit'
import { type TestHeadgate, testHeadgate } from '../headgate.ts'

const timeout = 120_000
let server: TestHeadgate

beforeAll(async () => {
  server = await testHeadgate()
}, timeout)
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
})

const layersOf = (json: unknown): readonly { readonly layer: string; readonly status: string }[] =>
  typeof json === 'object' && json !== null && 'layers' in json ? (json.layers as never) : []

it(
  'doctor finds no problem of the server that the command line names, and removes the scratch table',
  async () => {
    const { code, json, err } = await server.headgate(['doctor', '--scratch', 'scratch', '--json'])
    expect(err).toBe('')
    expect(code).toBe(0)
    expect(json).toMatchObject({ ok: true, engine: 'any', findings: [] })
    expect(layersOf(json).filter(({ status }) => status === 'skipped')).toMatchObject([
      { layer: 'credentials' },
      { layer: 'storage' },
    ])
    expect((await server.headgate(['namespace', 'list', '--json'])).json).toMatchObject({ namespaces: [] })
  },
  timeout,
)

it('the report of doctor names the layers that were not checked', async () => {
  const { code, out } = await server.headgate(['doctor'])
  expect(code).toBe(0)
  expect(out).toMatch(/^LAYER +RESULT +OBSERVED\n/)
  expect(out).toContain('No problem found. Not checked: credentials, storage, commit.')
})

it('doctor prints the evidence and the remedy of a failed layer, and checks no further layer', async () => {
  await writeFile(
    join(server.directory, 'spark.conf'),
    'spark.sql.catalog.a.type rest\nspark.sql.catalog.a.uri http://127.0.0.1:1\n',
  )
  const text = await server.headgate(['doctor', 'spark.conf'])
  expect(text.code).toBe(3)
  expect(text.out).toContain('failed: connection (connection-refused)')
  expect(text.out).toMatch(/remedy +No program listens on port 1\..*spark\.sql\.catalog\.a\.uri/)
  expect(text.out).toContain('The first failing layer is connection.')
  const { json, err } = await server.headgate(['doctor', 'spark.conf', '--json'])
  expect(json).toMatchObject({
    ok: false,
    engine: 'spark',
    findings: [{ id: 'connection-refused', status: 'failed' }],
  })
  expect(layersOf(json).at(-1)).toMatchObject({ layer: 'commit', status: 'not-reached' })
  expect(JSON.parse(err)).toMatchObject({ error: { exitCode: 3 } })
})

it('doctor refuses contradicting options before it sends a request', async () => {
  const refused = async (...args: string[]): Promise<string> => {
    const { code, err } = await server.headgate(['doctor', ...args])
    expect(code).toBe(2)
    return err
  }
  expect(await refused('--scratch', 'a', '--no-write')).toContain('cannot be used together')
  expect(await refused('spark.conf', '--uri', 'http://a')).toContain('cannot be combined')
  expect(await refused('no-such-file')).toContain('cannot be read (ENOENT)')
  expect(await refused('--auth', 'bearer')).toContain('name no catalog')
  expect(await refused('--uri', 'ftp://a')).toContain('not the URL of a catalog')
})

it(
  'doctor reports a catalog that does not respond within the time limit of a step',
  async () => {
    await using silent = await startHttpServer(() => {})
    const started = performance.now()
    const { code, json } = await server.headgate([
      'doctor',
      '--uri',
      silent.url,
      '--step-timeout',
      '1',
      '--json',
    ])
    expect(performance.now() - started).toBeLessThan(15_000)
    expect(code).toBe(3)
    expect(json).toMatchObject({ findings: [{ layer: 'protocol', id: 'no-response' }] })
  },
  timeout,
)

it(
  'doctor ends all checks at the total time limit',
  async () => {
    await using slow = await startHttpServer(async (_, response) => {
      await new Promise((resolve) => setTimeout(resolve, 700))
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"defaults":{},"overrides":{}}')
    })
    const args = ['doctor', '--uri', slow.url, '--total-timeout', '1', '--json']
    const { json } = await server.headgate(args)
    expect(json).toMatchObject({ findings: [{ id: 'time-limit' }] })
  },
  timeout,
)
