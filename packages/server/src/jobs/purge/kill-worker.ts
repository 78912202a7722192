import { flushCompileCache } from 'node:module'
import { openSql } from '../../store/pool.ts'
import { FileStorage } from '../../storage/file.ts'
import type { Storage } from '../../storage/storage.ts'
import { startTestJobs } from '../test-jobs.ts'
import { purgeParts } from './test-lake.ts'

/**
 * A program for a test: runs the background jobs and is killed from within, without a chance to clean up, when it has
 * deleted `budget` files.
 */
const [url = '', folder = '', root = '', budget = ''] = process.argv.slice(2)

const sql = await openSql({ url })
const storage = new FileStorage({ roots: [folder] })
let left = Number(budget)
// It is always killed, and never gets to keep this at its end.
flushCompileCache()
const deadly = new Proxy<Storage>(storage, {
  get(target, name) {
    if (name === 'deleteMany') return deleteMany
    const value: unknown = Reflect.get(target, name, target)
    return typeof value === 'function' ? (value.bind(target) as unknown) : value
  },
})

/** One after the other: what was counted is gone when the process dies, although manifests are worked on side by side. */
let turn = Promise.resolve()
async function deleteMany(locations: readonly string[]): Promise<{ failed: readonly never[] }> {
  turn = turn.then(() => deleteEach(locations))
  await turn
  return { failed: [] }
}

async function deleteEach(locations: readonly string[]): Promise<void> {
  for (const location of locations) {
    // What an earlier life deleted is asked for again and does not count, or a small budget would lead nowhere.
    if ((await storage.head(location)) === null) continue
    if (left === 0) process.kill(process.pid, 'SIGKILL')
    left -= 1
    await storage.delete(location)
  }
}

startTestJobs(purgeParts({ sql }, deadly, root), { leaseMs: 300, intervalMs: 30, concurrency: 1 })
setInterval(() => undefined, 1_000)
