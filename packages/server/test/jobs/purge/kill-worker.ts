import { flushCompileCache } from 'node:module'
import { openSql } from '../../../src/store/pool.ts'
import { FileStorage, type Storage } from '@headgate/storage'
import { startTestJobs } from '../jobs.ts'
import { purgeDeps } from './purge-fixture.ts'

/**
 * Program for a test: runs the background jobs, and kills its own process without clean-up after it has
 * deleted `budget` files.
 */
const [url = '', folder = '', root = '', budget = ''] = process.argv.slice(2)

const sql = await openSql({ url })
const storage = new FileStorage({ roots: [folder] })
let left = Number(budget)
// The process always ends by a kill, so it never disposes of this object.
flushCompileCache()
const deadly = new Proxy<Storage>(storage, {
  get(target, name) {
    if (name === 'deleteMany') return deleteMany
    const value: unknown = Reflect.get(target, name, target)
    return typeof value === 'function' ? (value.bind(target) as unknown) : value
  },
})

/**
 * Serializes deletions, so that all counted files are deleted when the process is killed, although manifests
 * are processed concurrently.
 */
let turn = Promise.resolve()
async function deleteMany(locations: readonly string[]): Promise<{ failed: readonly never[] }> {
  turn = turn.then(() => deleteEach(locations))
  await turn
  return { failed: [] }
}

async function deleteEach(locations: readonly string[]): Promise<void> {
  for (const location of locations) {
    // Files that an earlier process deleted do not count, or a small budget would make no progress.
    if ((await storage.head(location)) === null) continue
    if (left === 0) process.kill(process.pid, 'SIGKILL')
    left -= 1
    await storage.delete(location)
  }
}

startTestJobs(purgeDeps({ sql }, deadly, root), { leaseMs: 300, intervalMs: 30, concurrency: 1 })
setInterval(() => undefined, 1_000)
