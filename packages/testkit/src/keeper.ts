import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startTestPostgres } from './test-postgres.ts'

/**
 * A program: keeps a test server running for as long as the process `owner` lives, then removes every trace. It writes
 * the connection string to `directory/url`, or to `directory/problem` why there is none.
 */
const [directory = '', owner = ''] = process.argv.slice(2)

async function publish(name: string, text: string): Promise<void> {
  await writeFile(join(directory, `${name}.new`), text, { mode: 0o600 })
  await rename(join(directory, `${name}.new`), join(directory, name))
}

async function untilGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
    await sleep(250)
  }
}

try {
  await using postgres = await startTestPostgres()
  await publish('url', postgres.url)
  await untilGone(Number(owner))
} catch (error) {
  await publish('problem', error instanceof Error ? error.message : String(error))
  await untilGone(Number(owner))
} finally {
  await rm(directory, { recursive: true, force: true })
}
