import { access, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive } from './is-alive.ts'
import { endFile } from './shared-postgres.ts'
import { startTestPostgres } from './test-postgres.ts'

/**
 * A program: keeps a test server running for as long as the process `owner` lives, or until it is told to end, then
 * removes every trace. It writes the connection string to `directory/url`, or to `directory/problem` why there is none.
 */
const [directory = '', owner = ''] = process.argv.slice(2)

async function publish(name: string, text: string): Promise<void> {
  await writeFile(join(directory, `${name}.new`), text, { mode: 0o600 })
  await rename(join(directory, `${name}.new`), join(directory, name))
}

async function untilOver(pid: number): Promise<void> {
  while (isAlive(pid) && !(await isToEnd())) await sleep(100)
}

async function isToEnd(): Promise<boolean> {
  return await access(join(directory, endFile)).then(
    () => true,
    () => false,
  )
}

try {
  await using postgres = await startTestPostgres()
  await publish('url', postgres.url)
  await untilOver(Number(owner))
} catch (error) {
  await publish('problem', error instanceof Error ? error.message : String(error))
  await untilOver(Number(owner))
} finally {
  await rm(directory, { recursive: true, force: true })
}
