import { randomUUID } from 'node:crypto'
import { link, readFile, rename, stat, unlink, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { errorCode, unless } from './system-errors.ts'
import { machineIdentity, processStart } from './process-identity.ts'

const HEARTBEAT_MS = 1_000
/** Time in ms after which a lock of another machine counts as stale if its file had no heartbeat. */
const WATCH_MS = 4_000

/** Record in a lock file, which identifies the process that holds the lock. */
interface Holder {
  /**
   * Unique id of the record. Before a process replaces a stale record, it compares this id, so that it does not
   * replace a later record.
   */
  readonly token: string
  readonly pid: number
  /** Start time of the process, as {@link processStart} returns it. */
  readonly start: string
  /** Id of the machine or container of the process, as {@link machineIdentity} returns it. */
  readonly machine: string
  readonly host: string
  /** Time when the lock was acquired (ISO 8601). */
  readonly since: string
}

/**
 * Acquires the lock file of a directory until it is disposed of. If another process holds the lock, fails immediately
 * with a message that names the process. Replaces a stale lock. On the same machine, a lock is stale if no process
 * with its process id and start time exists. A lock of another machine or container is stale if it has no heartbeat.
 *
 * @throws {EmbeddedPostgresError} `in-use` if another process holds the lock
 */
export async function lockDirectory(directory: string): Promise<AsyncDisposable> {
  const path = join(directory, 'lock')
  const holder = await describeSelf()
  await acquire(path, holder, directory)
  const heartbeat = setInterval(() => {
    const now = new Date()
    // A missing or read-only file is not an error, because processes on this machine check only whether the holder
    // exists, not its heartbeat.
    utimes(path, now, now).catch(() => undefined)
  }, HEARTBEAT_MS)
  heartbeat.unref()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(heartbeat)
      await release(path, holder)
    },
  }
}

async function describeSelf(): Promise<Holder> {
  return {
    token: randomUUID(),
    pid: process.pid,
    start: (await processStart(process.pid)) ?? 'unknown',
    machine: await machineIdentity(),
    host: hostname(),
    since: new Date().toISOString(),
  }
}

/**
 * Acquires the lock file at `path`. To replace a stale record, a process must hold a second lock, whose name contains
 * the token of the record, and must read the record again. So only one of several processes that found the same stale
 * record replaces it, even if a process pauses in between.
 */
async function acquire(path: string, self: Holder, directory: string): Promise<void> {
  for (;;) {
    if (await createExclusively(path, self)) return
    const found = await readHolder(path)
    if (found === undefined) continue
    if (await isHeld(path, found, self)) throw inUse(directory, path, found)
    const takeover = `${path}.${found.token}`
    await acquire(takeover, { ...self, token: randomUUID() }, directory)
    try {
      if ((await readHolder(path))?.token !== found.token) continue
      await writeFile(`${takeover}.new`, JSON.stringify(self), { mode: 0o600 })
      await rename(`${takeover}.new`, path)
      return
    } finally {
      await unless(unlink(takeover), 'ENOENT')
    }
  }
}

/**
 * Creates the lock file with its content in one atomic step, so that no process reads an incomplete record. Returns
 * false if the file exists.
 */
async function createExclusively(path: string, holder: Holder): Promise<boolean> {
  const draft = `${path}.${holder.token}.draft`
  await writeFile(draft, JSON.stringify(holder), { mode: 0o600 })
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    // On file systems without hard links, the file is created empty and written immediately afterwards.
    return await writeFile(path, JSON.stringify(holder), { mode: 0o600, flag: 'wx' }).then(
      () => true,
      (reason: unknown) => {
        if (errorCode(reason) === 'EEXIST') return false
        throw reason
      },
    )
  } finally {
    await unless(unlink(draft), 'ENOENT')
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  const text = await unless(readFile(path, 'utf8'), 'ENOENT')
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (isHolder(value)) return value
  } catch {
    // The content of the lock file is not JSON. The code below treats the file as damaged.
  }
  // A damaged record counts as a record of another machine, so that it is stale unless it has a heartbeat.
  const found = await unless(stat(path), 'ENOENT')
  if (found === undefined) return undefined
  const unknown = {
    pid: 0,
    start: '',
    machine: '',
    host: 'an unknown host',
    since: found.mtime.toISOString(),
  }
  return { token: `damaged-${found.ino}-${found.ctimeMs}`, ...unknown }
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== 'object' || value === null) return false
  const texts = ['token', 'start', 'machine', 'host', 'since'] as const
  const record = value as Readonly<Record<string, unknown>>
  return Number.isSafeInteger(record['pid']) && texts.every((name) => typeof record[name] === 'string')
}

async function isHeld(path: string, found: Holder, self: Holder): Promise<boolean> {
  if (found.machine === self.machine) {
    const start = await processStart(found.pid)
    return start !== undefined && (start === found.start || start === 'unknown' || found.start === 'unknown')
  }
  const seen = new Set<number>()
  for (let waited = 0; waited <= WATCH_MS; waited += HEARTBEAT_MS / 2) {
    const file = await unless(stat(path), 'ENOENT')
    if (file === undefined) return false
    if (seen.add(file.mtimeMs).size > 1) return true
    await sleep(HEARTBEAT_MS / 2)
  }
  return false
}

function inUse(directory: string, path: string, found: Holder): EmbeddedPostgresError {
  const who = found.pid === process.pid ? 'this process' : `process ${found.pid} on ${found.host}`
  return new EmbeddedPostgresError(
    'in-use',
    `The data directory ${directory} is in use by ${who} since ${found.since}. Stop that process, or use another data ` +
      `directory. The lock file is ${path}.`,
  )
}

async function release(path: string, holder: Holder): Promise<void> {
  if ((await readHolder(path))?.token === holder.token) await unless(unlink(path), 'ENOENT')
}
