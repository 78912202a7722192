import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { chown, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { childEnvironment } from './child-environment.ts'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { unless } from './system-errors.ts'

/** User under which the PostgreSQL programs run. PostgreSQL refuses to run as root, and needs a user with a name. */
export interface RunAs {
  /**
   * Owner that directories for PostgreSQL must have, or undefined if the programs run with the user of this process.
   */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined
  /** Starts a program with the environment of {@link childEnvironment}. */
  spawn(program: string, args: readonly string[], options: RunOptions): ChildProcess
}

/** Options of {@link RunAs.spawn}. */
type RunOptions = Omit<SpawnOptions, 'env' | 'uid' | 'gid'>

interface User {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

const asCurrentUser: RunAs = { owner: undefined, spawn: spawnChild }

function spawnChild(
  program: string,
  args: readonly string[],
  options: RunOptions,
  owner?: RunAs['owner'],
): ChildProcess {
  return spawn(program, args, { ...options, ...owner, env: childEnvironment() })
}

/**
 * Selects the user that runs the PostgreSQL programs for this directory. An ordinary user runs them directly. Root, and
 * users without a name, run them in a user namespace that maps this user to another name, so that files keep their
 * owner. If that is not possible, root runs them as the owner of the directory or as an unprivileged user.
 *
 * @throws {EmbeddedPostgresError} `not-permitted` if no such user can run PostgreSQL
 */
export async function chooseUser(postgres: string, directory: string): Promise<RunAs> {
  const uid = process.geteuid?.()
  if (uid === undefined) return asCurrentUser
  const users = await readUsers()
  if (uid !== 0 && users.some((user) => user.uid === uid)) return await verify(asCurrentUser, postgres)
  const owner = await unless(stat(directory), 'ENOENT')
  if (uid === 0 && owner !== undefined && owner.uid !== 0) return await verify(asUser(owner), postgres)
  const unprivileged =
    users.find((user) => user.name === 'postgres') ?? users.find((user) => user.name === 'nobody')
  const mappedUser = unprivileged ?? users.find((user) => user.uid !== 0)
  if (mappedUser !== undefined && process.platform === 'linux') {
    const namespace = inUserNamespace(mappedUser)
    if ((await tryRun(namespace, postgres)) === undefined) return namespace
  }
  if (uid === 0 && mappedUser !== undefined) return await verify(asUser(mappedUser), postgres)
  if (uid !== 0) return await verify(asCurrentUser, postgres)
  throw notPermitted('/etc/passwd contains no unprivileged user')
}

function inUserNamespace(user: User): RunAs {
  const prefix = ['--user', `--map-user=${user.uid}`, `--map-group=${user.gid}`, '--']
  return {
    owner: undefined,
    spawn: (program, args, options) => spawnChild('unshare', [...prefix, program, ...args], options),
  }
}

function asUser(user: { readonly uid: number; readonly gid: number }): RunAs {
  const owner = { uid: user.uid, gid: user.gid }
  return { owner, spawn: (program, args, options) => spawnChild(program, args, options, owner) }
}

async function verify(runAs: RunAs, postgres: string): Promise<RunAs> {
  const problem = await tryRun(runAs, postgres)
  if (problem === undefined) return runAs
  throw notPermitted(problem)
}

/**
 * Makes the user that runs PostgreSQL the owner of a directory. Does nothing if PostgreSQL runs as the current user.
 *
 * @throws {EmbeddedPostgresError} `not-permitted` when that user cannot access the directory
 */
export async function changeOwner(runAs: RunAs, directory: string): Promise<void> {
  if (runAs.owner === undefined) return
  const problem = await tryRun(runAs, '/bin/sh', ['-c', 'cd "$1"', 'sh', dirname(directory)])
  if (problem === undefined) return await chown(directory, runAs.owner.uid, runAs.owner.gid)
  throw notPermitted(`user ${runAs.owner.uid} cannot access ${directory}`)
}

/** Runs a program as the selected user. Returns undefined if the program succeeds, or the reason why it failed. */
async function tryRun(
  runAs: RunAs,
  program: string,
  args: readonly string[] = ['--version'],
): Promise<string | undefined> {
  return await new Promise((resolve) => {
    const child = runAs.spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' })
    let output = ''
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.on('error', (error) => resolve(error.message))
    child.on('close', (code) => resolve(code === 0 ? undefined : output.trim() || `exit code ${code}`))
  })
}

async function readUsers(): Promise<readonly User[]> {
  // macOS does not list users in /etc/passwd, but every user of macOS has a name.
  if (process.platform === 'darwin') {
    return [{ name: 'nobody', uid: 4_294_967_294, gid: 4_294_967_294 }, currentUser()]
  }
  const text = (await unless(readFile('/etc/passwd', 'utf8'), 'ENOENT')) ?? ''
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid = '', gid = ''] = line.split(':')
    return /^\d+$/.test(uid) && /^\d+$/.test(gid) ? [{ name, uid: Number(uid), gid: Number(gid) }] : []
  })
}

function currentUser(): User {
  return { name: 'me', uid: process.geteuid?.() ?? -1, gid: process.getegid?.() ?? -1 }
}

function notPermitted(reason: string): EmbeddedPostgresError {
  const why = process.geteuid?.() === 0 ? ', which refuses to run as root,' : ''
  return new EmbeddedPostgresError(
    'not-permitted',
    `The embedded PostgreSQL${why} cannot be started (${reason}). Run Headgate as an ordinary user who has an entry in ` +
      `/etc/passwd, can read its program files and access the data directory, or set HEADGATE_DATABASE_URL to the URL ` +
      `of your PostgreSQL server.`,
  )
}
