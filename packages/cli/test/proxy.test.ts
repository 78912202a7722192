import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readyUrl, runHere, spawnSource, stop } from './headgate.ts'

const main = join(import.meta.dirname, '../src/main.ts')
let directory: string
let came: IncomingMessage[]
let upstream: ReturnType<typeof createServer>
let upstreamUrl: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headgate-proxy-'))
  came = []
  upstream = createServer((request, response) => {
    came.push(request)
    const body = request.url === '/base/v1/config?warehouse=nessie' ? nessieConfig : '{}'
    setTimeout(() => response.end(body), request.url === '/base/v1/slow' ? 1_000 : 0)
  }).listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  upstreamUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/base`
})
afterEach(async () => {
  upstream.close()
  upstream.closeAllConnections()
  await rm(directory, { recursive: true, force: true })
})

const nessieConfig = JSON.stringify({
  overrides: {
    'nessie.core-base-uri': 'http://nessie.example/api/',
    'nessie.default-branch.name': 'main',
    token: 't',
  },
})
const token = 'token-of-the-file'
async function properties(): Promise<string> {
  const path = join(directory, 'auth.properties')
  await writeFile(
    path,
    `# how\nrest.auth.type = bearer\nrest.auth.bearer.token=${token}\nheader.x-team=core\n`,
    { mode: 0o600 },
  )
  return path
}

describe('headgate proxy', () => {
  it('headgate proxy authenticates requests with properties of a file, and stops on SIGTERM', async () => {
    const child = spawnSource(main, [
      'proxy',
      '--upstream',
      upstreamUrl,
      '--port',
      '0',
      '--properties',
      await properties(),
    ])
    const err = child.stderr === null ? Promise.resolve('') : text(child.stderr)
    try {
      const url = await readyUrl(child)
      expect(
        (await fetch(`${url}/v1/config?warehouse=w`, { headers: { authorization: 'Bearer None' } })).status,
      ).toBe(200)
      expect(came[0]).toMatchObject({ url: '/base/v1/config?warehouse=w' })
      expect(came[0]?.headers).toMatchObject({ authorization: `Bearer ${token}`, 'x-team': 'core' })
      expect((await fetch(`${url}/-/health`)).status).toBe(200)
      const slow = fetch(`${url}/v1/slow`)
      while (came.length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
      child.kill('SIGTERM')
      expect((await slow).status).toBe(200)
      if (child.exitCode === null) await once(child, 'exit')
      expect(child.exitCode).toBe(0)
    } finally {
      await stop(child)
    }
    const stderr = await err
    expect(stderr).toMatch(/load_catalog[^]*spark\.sql\.catalog[^]*connect_namespace/)
    expect(stderr).not.toContain(token)
  })

  it('headgate proxy --shared-machine requires a secret from clients, and writes the secret to a file', async () => {
    const output = join(directory, 'secret')
    const args = ['proxy', '--upstream', upstreamUrl, '--port', '0', '--properties', await properties()]
    const child = spawnSource(main, [...args, '--shared-machine', '--output', output, '--verbose'])
    const err = child.stderr === null ? Promise.resolve('') : text(child.stderr)
    let secret = ''
    try {
      const url = await readyUrl(child)
      expect((await stat(output)).mode & 0o777).toBe(0o600)
      secret = (await readFile(output, 'utf8')).trim()
      expect(secret).toMatch(/^[\w-]{43}$/)
      expect((await fetch(`${url}/v1/config?secret-query`)).status).toBe(401)
      expect(
        (await fetch(`${url}/v1/config`, { headers: { authorization: `Bearer ${secret}` } })).status,
      ).toBe(200)
      expect(came).toHaveLength(1)
      expect(JSON.stringify(came[0]?.rawHeaders)).not.toContain(secret)
    } finally {
      await stop(child)
    }
    const stderr = await err
    expect(stderr).toContain('GET /v1/config 401')
    expect(stderr).not.toMatch(/secret-query/)
    expect(stderr).not.toContain(secret)
  })

  it.each([
    { verbose: [], named: false },
    { verbose: ['--verbose'], named: true },
  ])(
    'headgate proxy passes the properties that --pass-config names, and reports each removed property once ($verbose)',
    async ({ verbose, named }) => {
      const args = ['proxy', '--upstream', upstreamUrl, '--port', '0', '--auth', 'none', ...verbose]
      const child = spawnSource(main, [...args, '--pass-config', 'nessie.default-branch.*'])
      const err = child.stderr === null ? Promise.resolve('') : text(child.stderr)
      try {
        const url = `${await readyUrl(child)}/v1/config?warehouse=nessie`
        for (const response of [await fetch(url), await fetch(url)]) {
          expect(await response.json()).toEqual({ overrides: { 'nessie.default-branch.name': 'main' } })
        }
      } finally {
        await stop(child)
      }
      const lines = (await err).split('\n')
      expect(lines.filter((line) => line.includes('nessie.core-base-uri'))).toHaveLength(named ? 1 : 0)
      expect(lines.filter((line) => line.includes('removed the property token '))).toHaveLength(1)
    },
  )

  it('headgate proxy prints its URL as one JSON document with --json', async () => {
    const args = [
      'proxy',
      '--upstream',
      upstreamUrl,
      '--port',
      '0',
      '--auth',
      'none',
      '--shared-machine',
      '--json',
    ]
    const child = spawnSource(main, args)
    try {
      if (child.stdout === null) throw new Error('no output')
      const [first] = (await once(child.stdout, 'data')) as [Buffer]
      const output = JSON.parse(first.toString()) as Record<string, string>
      expect(output).toMatchObject({
        upstream: upstreamUrl,
        auth: 'none',
        secret: expect.stringMatching(/^[\w-]{43}$/),
      })
      expect((await fetch(output['health'] ?? '')).status).toBe(200)
    } finally {
      await stop(child)
    }
  })

  it('headgate proxy refuses invalid options before it listens', async () => {
    const run = async (...args: string[]): Promise<{ code: number; err: string }> =>
      await runHere(['proxy', '--upstream', upstreamUrl, '--port', '0', ...args], directory, {
        env: { HEADGATE_CONFIG_DIR: directory },
      })
    expect(await run('--host', '0.0.0.0')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--shared-machine'),
    })
    expect(await run('--auth', 'none', '--pass-config', 'oauth2-server-uri')).toMatchObject({
      code: 2,
      err: expect.stringContaining('never passes oauth2-server-uri'),
    })
    expect(await run('--output', 'x')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--shared-machine'),
    })
    expect(await run('--auth', 'sigv5')).toMatchObject({ code: 2, err: expect.stringContaining('sigv4') })
    expect(await run('--auth', 'bearer')).toMatchObject({
      code: 2,
      err: expect.stringContaining('rest.auth.bearer'),
    })
    const secret = await run('--set', 'rest.auth.sigv4.secret-access-key=s3cret')
    expect(secret).toMatchObject({ code: 2, err: expect.stringContaining('--properties') })
    expect(secret.err).not.toContain('s3cret')
    expect(await run('--properties', 'missing')).toMatchObject({
      code: 2,
      err: expect.stringContaining('ENOENT'),
    })
    await writeFile(join(directory, 'odd'), 'no property')
    expect(await run('--properties', 'odd')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Line 1'),
    })
    expect(await run('--auth', 'login')).toMatchObject({
      code: 4,
      err: expect.stringContaining('headgate login default'),
    })
    expect(await run('--auth', 'none', '--port', new URL(upstreamUrl).port)).toMatchObject({
      code: 2,
      err: expect.stringContaining('EADDRINUSE'),
    })
    const ftp = await runHere(['proxy', '--upstream', 'ftp://x'], directory, {})
    expect(ftp).toMatchObject({ code: 2, err: expect.stringContaining('https://') })
    const none = await runHere(['proxy'], directory, {})
    expect(none).toMatchObject({ code: 2, err: expect.stringContaining('--upstream') })
  })
})
