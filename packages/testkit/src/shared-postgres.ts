import { spawn } from 'node:child_process'
import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const START_TIMEOUT_MS = 60_000
const END_TIMEOUT_MS = 20_000

/** The keeper ends the server when this file is there. */
export const endFile = 'end'

/**
 * Connection string of a server that all workers of one test run share. The first who asks starts it, in a process of
 * its own that goes when the test run goes. `HEADGATE_TEST_DATABASE_URL` names one that is there already.
 */
export async function sharedPostgres(): Promise<string> {
  const given = process.env['HEADGATE_TEST_DATABASE_URL']
  if (given !== undefined && given !== '') return given
  // A worker of vitest comes and goes; its parent is the run.
  const owner = process.env['VITEST_WORKER_ID'] === undefined ? process.pid : process.ppid
  const directory = directoryOf(owner)
  if (await isFirst(directory)) startKeeper(directory, owner)
  for (const end = Date.now() + START_TIMEOUT_MS; Date.now() < end; await sleep(20)) {
    const url = await read(join(directory, 'url'))
    if (url !== undefined) return url
    const problem = await read(join(directory, 'problem'))
    if (problem !== undefined) throw new Error(`The PostgreSQL server for tests cannot start: ${problem}`)
  }
  throw new Error(
    `The PostgreSQL server for tests did not start. If ${directory} was left behind, remove it.`,
  )
}

/** Ends the server of the run that this process is, and waits until nothing of it is left. */
export async function endSharedPostgres(): Promise<void> {
  const directory = directoryOf(process.pid)
  const isThere = async (): Promise<boolean> =>
    await access(directory).then(
      () => true,
      () => false,
    )
  if (!(await isThere())) return
  await writeFile(join(directory, endFile), '').catch(() => undefined)
  for (const end = Date.now() + END_TIMEOUT_MS; Date.now() < end && (await isThere());) await sleep(20)
}

function directoryOf(owner: number): string {
  return join(tmpdir(), `headgate-test-run-${owner}`)
}

async function read(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch(() => undefined)
}

async function isFirst(directory: string): Promise<boolean> {
  return await mkdir(directory, { mode: 0o700 }).then(
    () => true,
    () => false,
  )
}

function startKeeper(directory: string, owner: number): void {
  const program = fileURLToPath(import.meta.url).replace(/shared-postgres(\.[jt]s)$/, 'keeper$1')
  const args = [
    '--conditions=x-source',
    '--disable-warning=ExperimentalWarning',
    program,
    directory,
    String(owner),
  ]
  const child = spawn(process.execPath, args, {
    detached: true,
    // The run waits for its workers' output to end, and this process outlives them.
    stdio: 'ignore',
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  child.unref()
}
