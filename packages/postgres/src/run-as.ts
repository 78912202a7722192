import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { chown, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { childEnvironment } from './child-environment.ts'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { unless } from './file-errors.ts'

/** The user that PostgreSQL's programs run as; they refuse to run as root and need a user that has a name. */
export interface RunAs {
  /** The owner that files made for PostgreSQL must get; undefined: leave it. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined
  /** Starts a program with the environment of {@link childEnvironment}. */
  spawn(program: string, args: readonly string[], options: RunOptions): ChildProcess
}

export type RunOptions = Omit<SpawnOptions, 'env' | 'uid' | 'gid'>

interface User {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

const direct: RunAs = { owner: undefined, spawn: spawnChild }

function spawnChild(
  program: string,
  args: readonly string[],
  options: RunOptions,
  owner?: RunAs['owner'],
): ChildProcess {
  return spawn(program, args, { ...options, ...owner, env: childEnvironment() })
}

/**
 * Decides how to run PostgreSQL's programs for this directory. An ordinary user runs them directly. For root they run
 * in a user namespace in which root is called by another name, so that nothing changes owner; where that is not
 * possible, as the owner of the directory or an unprivileged user of the system.
 *
 * @throws EmbeddedPostgresError `not-permitted`
 */
export async function chooseUser(postgres: string, directory: string): Promise<RunAs> {
  const uid = process.geteuid?.()
  if (uid === undefined) return direct
  const users = await readUsers()
  if (uid !== 0 && users.some((user) => user.uid === uid)) return await proven(direct, postgres)
  const owner = await unless(stat(directory), 'ENOENT')
  if (uid === 0 && owner !== undefined && owner.uid !== 0) return await proven(asUser(owner), postgres)
  const unprivileged =
    users.find((user) => user.name === 'postgres') ?? users.find((user) => user.name === 'nobody')
  const stranger = unprivileged ?? users.find((user) => user.uid !== 0)
  if (stranger !== undefined && process.platform === 'linux') {
    const namespace = inUserNamespace(stranger)
    if ((await tryRun(namespace, postgres)) === undefined) return namespace
  }
  if (uid === 0 && stranger !== undefined) return await proven(asUser(stranger), postgres)
  if (uid !== 0) return await proven(direct, postgres)
  throw notPermitted('there is no unprivileged user in /etc/passwd')
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

async function proven(runAs: RunAs, postgres: string): Promise<RunAs> {
  const problem = await tryRun(runAs, postgres)
  if (problem === undefined) return runAs
  throw notPermitted(problem)
}

/**
 * Hands a directory over to the user that PostgreSQL runs as, where that is not the one who made it.
 *
 * @throws EmbeddedPostgresError `not-permitted` when that user cannot get there
 */
export async function handOver(runAs: RunAs, directory: string): Promise<void> {
  if (runAs.owner === undefined) return
  const problem = await tryRun(runAs, '/bin/sh', ['-c', 'cd "$1"', 'sh', dirname(directory)])
  if (problem === undefined) return await chown(directory, runAs.owner.uid, runAs.owner.gid)
  throw notPermitted(`as user ${runAs.owner.uid} it cannot get to ${directory}`)
}

/** Runs a program; the reason when it does not work. */
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
  // macOS keeps people elsewhere, but every user there has a name.
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
      `/etc/passwd, may read its program files and reach the data directory, or set HEADGATE_DATABASE_URL to a PostgreSQL server of your own.`,
  )
}
