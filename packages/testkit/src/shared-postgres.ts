import { spawn } from 'node:child_process'
import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const START_TIMEOUT_MS = 60_000
const END_TIMEOUT_MS = 20_000

/**
 * Name of the file that ends the shared server: the process `shared-postgres-process.ts` stops it when the file
 * exists.
 */
export const endFile = 'end'

/**
 * Returns the connection string of the PostgreSQL server that all workers of a test run share. The first call starts
 * the server in a separate process, which exits after the test run. If `HEADGATE_TEST_DATABASE_URL` names an existing
 * server, that server is used instead.
 */
export async function sharedPostgres(): Promise<string> {
  const configured = process.env['HEADGATE_TEST_DATABASE_URL']
  if (configured !== undefined && configured !== '') return configured
  // A worker of vitest may exit during the test run. Therefore the shared server belongs to the parent process of the
  // worker, which runs until the end of the test run.
  const owner = process.env['VITEST_WORKER_ID'] === undefined ? process.pid : process.ppid
  const directory = sharedDirectory(owner)
  if (await createDirectory(directory)) startServerProcess(directory, owner)
  for (const end = Date.now() + START_TIMEOUT_MS; Date.now() < end; await sleep(20)) {
    const url = await read(join(directory, 'url'))
    if (url !== undefined) return url
    const problem = await read(join(directory, 'problem'))
    if (problem !== undefined) throw new Error(`The PostgreSQL server for tests cannot start: ${problem}`)
  }
  throw new Error(
    `The PostgreSQL server for tests did not start. If no test run is active, remove ${directory} and try again.`,
  )
}

/** Stops the shared server of the test run of this process, and waits until its directory is removed. */
export async function endSharedPostgres(): Promise<void> {
  const directory = sharedDirectory(process.pid)
  const exists = async (): Promise<boolean> =>
    await access(directory).then(
      () => true,
      () => false,
    )
  if (!(await exists())) return
  await writeFile(join(directory, endFile), '').catch(() => undefined)
  for (const end = Date.now() + END_TIMEOUT_MS; Date.now() < end && (await exists());) await sleep(20)
}

function sharedDirectory(owner: number): string {
  return join(tmpdir(), `headgate-test-run-${owner}`)
}

async function read(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch(() => undefined)
}

async function createDirectory(directory: string): Promise<boolean> {
  return await mkdir(directory, { mode: 0o700 }).then(
    () => true,
    () => false,
  )
}

function startServerProcess(directory: string, owner: number): void {
  const program = fileURLToPath(import.meta.url).replace(
    /shared-postgres(\.[jt]s)$/,
    'shared-postgres-process$1',
  )
  const args = [
    '--conditions=x-source',
    '--disable-warning=ExperimentalWarning',
    program,
    directory,
    String(owner),
  ]
  const child = spawn(process.execPath, args, {
    detached: true,
    // The server process must not inherit the output of the worker. It runs longer than the worker, and vitest waits
    // until the output of each worker is closed.
    stdio: 'ignore',
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  child.unref()
}
