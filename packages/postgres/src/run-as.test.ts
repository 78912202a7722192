import { spawnSync } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

/** Source text of a program that starts and stops an embedded server, and prints the result. */
const program = `
  import { startPostgres } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'start-postgres.ts')).href)}
  try {
    const postgres = await startPostgres({ dataDir: process.argv[1], settings: { fsync: 'off' } })
    await postgres[Symbol.asyncDispose]()
    console.log('started')
  } catch (error) {
    console.log(error.code, error.message)
  }`

interface User {
  readonly uid: number
  readonly gid: number
}

function start(dataDir: string, user?: User, env: Readonly<Record<string, string>> = {}): string {
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program, dataDir]
  const { PATH, TMPDIR } = process.env
  const options = { encoding: 'utf8', env: { PATH, TMPDIR, ...env }, cwd: '/', ...user } as const
  const { error, stdout, stderr } = spawnSync(process.execPath, args, options)
  // The other user may not be able to run the program of Node, if the checkout is in a private home directory.
  return error === undefined ? (stdout + stderr).trim() : error.message
}

const nobody = { uid: 65_534, gid: 65_534 }
const nameless = { uid: 54_321, gid: 54_321 }
const isRoot = process.geteuid?.() === 0
/** Whether other users can run programs of this checkout. False if the checkout is in a private home directory. */
const canRunAsOthers =
  isRoot && process.platform === 'linux' && start('/no-such-directory', nobody).includes('not-permitted')
const hasNamespaces = spawnSync('unshare', ['--user', 'true']).status === 0

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'headgate-user-'))
})
afterEach(async () => await rm(home, { recursive: true, force: true }))

async function createDirectory(user: User): Promise<string> {
  const path = join(home, 'data')
  await chmod(home, 0o755)
  await mkdir(path, { mode: 0o700 })
  await chown(path, user.uid, user.gid)
  return path
}

describe.skipIf(!canRunAsOthers)('the embedded PostgreSQL', () => {
  test('startPostgres runs the server for an ordinary user', async () => {
    expect(start(await createDirectory(nobody), nobody)).toBe('started')
  })

  test.skipIf(!hasNamespaces)(
    'startPostgres runs the server for a user without a name, as in containers',
    async () => {
      expect(start(await createDirectory(nameless), nameless)).toBe('started')
    },
  )

  test.skipIf(!hasNamespaces)(
    'root can start the server in a private directory, and root still owns all files',
    async () => {
      const data = join(home, 'data')
      expect(start(data)).toBe('started')
      expect((await stat(join(data, 'cluster', 'data', 'PG_VERSION'))).uid).toBe(0)
    },
  )

  test('the server runs as the owner of the directory if root starts it on a directory of another user', async () => {
    const data = await createDirectory(nobody)
    expect(start(data)).toBe('started')
    expect((await stat(join(data, 'cluster', 'data', 'PG_VERSION'))).uid).toBe(nobody.uid)
    expect(start(data, nobody)).toBe('started')
  })

  test('the server runs as an unprivileged user if root starts it and user namespaces are forbidden', async () => {
    await chmod(home, 0o755)
    const data = join(home, 'data')
    expect(start(data, undefined, { PATH: '/nowhere' })).toBe('started')
    expect((await stat(join(data, 'cluster'))).uid).not.toBe(0)
    // The second start must choose the same user, because that user owns the cluster.
    expect(start(data)).toBe('started')
  })

  test('startPostgres fails with instructions if root calls it and no unprivileged user can run the server', () => {
    const response = start(join(home, 'data'), undefined, { PATH: '/nowhere' })
    expect(response).toMatch(/^(start-failed|not-permitted) .*(ordinary user|HEADGATE_DATABASE_URL)/)
  })

  test('startPostgres refuses a directory to which the user cannot write', async () => {
    await chmod(home, 0o755)
    expect(start(join(home, 'data'), nobody)).toMatch(/^not-permitted .*cannot be written by this user/)
  })
})
