import { randomUUID } from 'node:crypto'
import { link, readFile, rename, stat, unlink, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { errorCode, unless } from './file-errors.ts'
import { machineIdentity, processStart } from './process-identity.ts'

const HEARTBEAT_MS = 1_000
/** How long a lock taken on another machine is watched for a heartbeat before it counts as left behind. */
const WATCH_MS = 4_000

interface Holder {
  /** Unlike every other record that ever was, so that a judgement on one record never hits its successor. */
  readonly token: string
  readonly pid: number
  readonly start: string
  readonly machine: string
  readonly host: string
  readonly since: string
}

/**
 * Takes the lock file of a directory for as long as this process lives, or fails at once with a sentence naming who
 * holds it. A lock left behind by a process that is gone is taken over: on the same machine that is certain (process
 * id and start time), for another machine or container its heartbeat must have stopped.
 *
 * @throws EmbeddedPostgresError `in-use`
 */
export async function lockDirectory(directory: string): Promise<AsyncDisposable> {
  const path = join(directory, 'lock')
  const holder = await describeSelf()
  await acquire(path, holder, directory)
  const heartbeat = setInterval(() => {
    const now = new Date()
    // A missing or unwritable file is not worth a crash: on this machine the process itself is the proof.
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
 * Only the holder of a second lock, named after the record found dead, may replace that record, and looks again before
 * doing so. Two starts that judged the same record therefore cannot both win, however long either of them pauses.
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

/** Creates the file with its content in one step, so that nobody ever reads half a record. */
async function createExclusively(path: string, holder: Holder): Promise<boolean> {
  const draft = `${path}.${holder.token}.draft`
  await writeFile(draft, JSON.stringify(holder), { mode: 0o600 })
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    // Some file systems have no hard links; there the file is created first and filled at once.
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
    // Not JSON: described below.
  }
  // Damaged: nobody of ours writes such a record. It counts as one from elsewhere, without a heartbeat.
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
    `The data directory ${directory} is in use by ${who} since ${found.since}: stop it first, or use another data ` +
      `directory. (The lock is ${path}.)`,
  )
}

async function release(path: string, holder: Holder): Promise<void> {
  if ((await readHolder(path))?.token === holder.token) await unless(unlink(path), 'ENOENT')
}
