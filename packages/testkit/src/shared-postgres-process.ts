import { access, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive } from './is-alive.ts'
import { endFile } from './shared-postgres.ts'
import { startTestPostgres } from './test-postgres.ts'

/**
 * Program that runs the shared PostgreSQL server of a test run. Arguments: `directory` and the process id `owner`. The
 * program writes the connection string to `directory/url`, or the error to `directory/problem` if the server cannot
 * start. It stops the server and removes `directory` when the process `owner` exits or the file `directory/end`
 * exists.
 */
const [directory = '', owner = ''] = process.argv.slice(2)

async function publish(name: string, text: string): Promise<void> {
  await writeFile(join(directory, `${name}.new`), text, { mode: 0o600 })
  await rename(join(directory, `${name}.new`), join(directory, name))
}

async function waitForEnd(pid: number): Promise<void> {
  while (isAlive(pid) && !(await shouldEnd())) await sleep(100)
}

async function shouldEnd(): Promise<boolean> {
  return await access(join(directory, endFile)).then(
    () => true,
    () => false,
  )
}

try {
  await using postgres = await startTestPostgres()
  await publish('url', postgres.url)
  await waitForEnd(Number(owner))
} catch (error) {
  await publish('problem', error instanceof Error ? error.message : String(error))
  await waitForEnd(Number(owner))
} finally {
  await rm(directory, { recursive: true, force: true })
}
