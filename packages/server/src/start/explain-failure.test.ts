import { createServer } from 'node:net'
import { once } from 'node:events'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { explainFailure } from './explain-failure.ts'

async function listenFailure(host: string, port: number): Promise<unknown> {
  const server = createServer()
  server.listen(port, host)
  return await once(server, 'listening').then(
    () => server.close(),
    (error: unknown) => error,
  )
}

test('explainFailure names the command line flags for the ports when a port is in use', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const text = explainFailure(await listenFailure('127.0.0.1', port))
  expect(text).toMatch(new RegExp(`^Port ${port} is in use by another program\\. .*--port .*--s3-port`))
  server.close()
})

test.each(['192.0.2.77', 'no-such-host.invalid'])(
  'explainFailure names the setting HEADGATE_HOST for %s, which is not an address of this machine',
  async (host) => {
    const text = explainFailure(await listenFailure(host, 0))
    expect(text).toMatch(
      new RegExp(`^This machine cannot listen on ${host} \\(E[A-Z_]+\\)\\. .* HEADGATE_HOST`),
    )
  },
)

test('explainFailure names a file that the server cannot read or write, and the error code', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-explain-'))
  await mkdir(join(folder, 'a'))
  await mkdir(join(folder, 'b', 'c'), { recursive: true })
  const failure = await rename(join(folder, 'a'), join(folder, 'b')).catch((error: unknown) => error)
  expect(explainFailure(failure)).toBe(
    `${join(folder, 'a')} cannot be used (ENOTEMPTY at rename). Check who may read and write it, or choose another folder with --data-dir or HEADGATE_DATA_DIR.`,
  )
  await rm(folder, { recursive: true })
})

test('explainFailure returns one sentence for a full disk', () => {
  const failure = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    syscall: 'write',
  })
  expect(explainFailure(failure)).toMatch(
    /^There is no space left for the server's files \(ENOSPC\)\. Free some space/,
  )
})

test('explainFailure returns the stack of an unexpected error', () => {
  expect(explainFailure(new TypeError('odd'))).toMatch(/^TypeError: odd\n {4}at /)
})
