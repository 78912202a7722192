import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { testDatabase } from '@headgate/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readyUrl, runHere, spawnSource, stop } from './headgate.ts'

const masterKey = Buffer.alloc(32, 7).toString('base64')
// The time limit in ms is long, because the start of a server takes several seconds on a busy machine.
const timeout = 60_000
const main = join(import.meta.dirname, '../src/main.ts')

async function ended(child: ChildProcess): Promise<{ code: number; out: string; err: string }> {
  if (child.stdout === null || child.stderr === null) throw new Error('no output')
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code: Number(code), out, err }
}

const headgate = (args: readonly string[], env?: NodeJS.ProcessEnv): ReturnType<typeof ended> =>
  ended(spawnSource(main, args, env))

describe('the program', () => {
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'headgate-main-'))
  })
  afterAll(async () => rm(directory, { recursive: true, force: true }))

  it('the program headgate exits with the exit code of the command', async () => {
    const [version, down] = await Promise.all([
      headgate(['--version']),
      headgate(['role', 'list', '--url', 'http://127.0.0.1:1']),
    ])
    expect(version).toEqual({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: '' })
    expect(down).toMatchObject({ code: 3, out: '' })
  })

  it('headgate serve passes its options to the server, which reports an unknown option', async () => {
    const { code, err } = await headgate(['serve', '--prot', '1'])
    expect(err).toContain('--port')
    expect(code).toBe(1)
  })

  it(
    'headgate bootstrap creates the administrator once, and replaces its secrets with --reset',
    { timeout },
    async () => {
      await using database = await testDatabase()
      const env = { HEADGATE_DATABASE_URL: database.url, HEADGATE_MASTER_KEY: masterKey }
      const file = join(directory, 'admin')
      expect(await headgate(['bootstrap', '--output', file], env)).toMatchObject({
        code: 0,
        err: expect.stringContaining(file),
      })
      const credential = (await readFile(file, 'utf8')).trim()
      expect(credential).toMatch(/^admin:\S{40,}$/)

      const server = spawnSource(main, ['serve', '--port', '0', '--data-dir', directory], env)
      try {
        const [HEADGATE_URL, second] = await Promise.all([
          readyUrl(server),
          headgate(['bootstrap', '--json'], env),
        ])
        expect(second).toMatchObject({ code: 1, out: '', err: expect.stringContaining('--reset') })
        const old = { env: { HEADGATE_URL, HEADGATE_CREDENTIAL: credential } }
        expect(await runHere(['role', 'list'], directory, old)).toMatchObject({ code: 0 })
        const reset = await headgate(['bootstrap', '--reset', '--yes', '--json'], env)
        const { clientId, clientSecret } = JSON.parse(reset.out) as Record<string, string>
        expect(await runHere(['role', 'list'], directory, old)).toMatchObject({ code: 4 })
        const young = { env: { HEADGATE_URL, HEADGATE_CREDENTIAL: `${clientId}:${clientSecret}` } }
        expect(await runHere(['role', 'list'], directory, young)).toMatchObject({ code: 0 })
      } finally {
        await stop(server)
      }
    },
  )

  it('the command that a server without a warehouse prints creates a warehouse', { timeout }, async () => {
    await using database = await testDatabase()
    const env = { HEADGATE_DATABASE_URL: database.url, HEADGATE_MASTER_KEY: masterKey }
    const home = join(directory, 'home')
    const file = join(home, '.config/headgate/admin-credential')
    expect(await headgate(['bootstrap', '--output', file], env)).toMatchObject({ code: 0 })
    expect((await stat(join(home, '.config/headgate'))).mode & 0o777).toBe(0o700)
    const flags = ['--port', '0', '--s3-port', '0', '--data-dir', join(directory, 'hinted')]
    const server = spawnSource(main, ['serve', ...flags], { ...env, HOME: home })
    try {
      let printed = ''
      server.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()))
      const HEADGATE_URL = await readyUrl(server)
      const command = /create it with: headgate (warehouse create .*)/
      await expect.poll(() => printed, { timeout: 10_000 }).toMatch(command)
      expect(printed).toContain(file)
      const [, hint = ''] = command.exec(printed) ?? []
      const args = hint.replace('BUCKET/FOLDER', 'bucket/folder').replace('REGION', 'eu-central-1')
      const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' }
      const made = await runHere([...args.split(' '), '--skip-probe', '--json'], directory, {
        env: { HEADGATE_URL, HEADGATE_CREDENTIAL_FILE: file, ...keys },
      })
      expect(made.err).not.toContain('error')
      expect(made.json).toMatchObject({
        name: 'lakehouse',
        storage: { type: 's3', bucket: 'bucket', prefix: 'folder', region: 'eu-central-1' },
        vending: { mode: 'gateway' },
      })
    } finally {
      await stop(server)
    }
  })

  it('the README writes the credential of bootstrap outside the checkout, and git ignores a file with its name', async () => {
    const top = join(import.meta.dirname, '../../..')
    const readme = await readFile(join(top, 'README.md'), 'utf8')
    const outputs = [...readme.matchAll(/bootstrap --output (\S+)/g)].map(([, path]) => path)
    expect(outputs).toEqual(['~/.config/headgate/admin-credential'])
    const ignored = (await readFile(join(top, '.gitignore'), 'utf8')).split('\n')
    expect(ignored).toContain('admin-credential')
  })

  it('headgate bootstrap --if-needed changes nothing if there is an administrator', { timeout }, async () => {
    await using database = await testDatabase()
    const env = { HEADGATE_DATABASE_URL: database.url, HEADGATE_MASTER_KEY: masterKey }
    const file = join(directory, 'admin-if-needed')
    const args = ['bootstrap', '--if-needed', '--output', file]
    expect(await headgate(args, env)).toMatchObject({ code: 0, err: expect.stringContaining(file) })
    const credential = await readFile(file, 'utf8')
    expect(await headgate(args, env)).toMatchObject({
      code: 0,
      err: expect.stringContaining('Nothing was changed'),
    })
    expect(await headgate([...args, '--json'], env)).toMatchObject({ code: 0, out: '{"clientId":"admin"}\n' })
    expect(await readFile(file, 'utf8')).toBe(credential)
    await using other = await testDatabase()
    expect(await headgate(args, { ...env, HEADGATE_DATABASE_URL: other.url })).toMatchObject({ code: 0 })
    expect(await readFile(file, 'utf8')).not.toBe(credential)
  })

  it('headgate bootstrap reports invalid settings without printing the password', { timeout }, async () => {
    const database = 'postgresql://headgate:hidden@127.0.0.1:1/headgate'
    const nothing = await runHere(['bootstrap'], directory, {})
    expect(nothing).toMatchObject({ code: 2, err: expect.stringContaining('HEADGATE_DATABASE_URL') })
    const noKey = await headgate(['bootstrap'], { HEADGATE_DATABASE_URL: database })
    expect(noKey).toMatchObject({ code: 2, err: expect.stringContaining('HEADGATE_MASTER_KEY') })
    const down = await headgate(['bootstrap'], {
      HEADGATE_DATABASE_URL: database,
      HEADGATE_MASTER_KEY: masterKey,
    })
    expect(down).toMatchObject({ code: 3, out: '' })
    expect(down.err).toMatch(
      /^error: The PostgreSQL at 127\.0\.0\.1:1 does not accept connections.*host and port\.$/m,
    )
    const badKey = await headgate(['bootstrap'], {
      HEADGATE_DATABASE_URL: database,
      HEADGATE_MASTER_KEY: 'short',
    })
    expect(badKey).toMatchObject({ code: 2, out: '' })
    expect(badKey.err).toMatch(/HEADGATE_MASTER_KEY: The master key must be/)
    expect(badKey.err).not.toMatch(/PostgreSQL|short/)
    expect(noKey.err + down.err).not.toMatch(/hidden|\bat .*\.ts:/)
  })
})
