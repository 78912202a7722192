// plan-main.ts FOLDER all|selective MILLISECONDS: plans scans of a table with the planning of the server, and prints figures.
import { randomBytes } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { createSecretKey } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeTableMetadata } from '@headgate/iceberg/metadata'
import { decodePlanTableScanRequest } from '@headgate/iceberg/rest'
import { parse, type Json } from '@headgate/json'
import { LoopTurns } from '../../packages/server/src/concurrency/loop-turns.ts'
import type { KeyRing } from '../../packages/server/src/keys/key-ring.ts'
import { DeleteIndexes } from '../../packages/server/src/planning/delete-indexes.ts'
import { ManifestFiles } from '../../packages/server/src/planning/manifest-files.ts'
import { PermittedFiles } from '../../packages/server/src/planning/permitted-files.ts'
import {
  encodeTasks,
  fetchTasks,
  planScan,
  type PlannedTasks,
  type PlanningDeps,
} from '../../packages/server/src/planning/plan-scan.ts'

const [folder = '', mode, milliseconds] = process.argv.slice(2)
/** Default of `HEADGATE_METADATA_CACHE_BYTES`. */
const cacheBytes = 256 * 1024 ** 2
const turns = new LoopTurns()
const caches = { turns, manifests: new ManifestFiles(cacheBytes, turns), deletes: new DeleteIndexes() }
const key = { id: 'bench', purpose: 'page-token', secretKey: createSecretKey(randomBytes(32)) }
// The benchmark needs only the key that seals plan tasks.
const ring = { sealing: () => key, opening: () => key } as unknown as KeyRing
const deps: PlanningDeps = { ring, ...caches, permitted: new PermittedFiles(caches) }
const table = {
  relationId: 't',
  principalId: 'p',
  metadata: decodeTableMetadata(parse(readFileSync(`${folder}/metadata/v1.metadata.json`, 'utf8'))),
  open: (location: string) => Promise.resolve(createReadStream(location)),
  omitsNullPartitions: false,
  visibleColumns: null,
  rows: null,
}
const never = new AbortController().signal

/** Plans one scan with all its plan tasks, one after the other. Returns the number of files. */
async function plan(filter: Json): Promise<number> {
  const { tasks } = await planScan(deps, table, decodePlanTableScanRequest({ filter }), never)
  let files = count(tasks)
  const open = [...tasks.planTasks]
  for (let task = open.shift(); task !== undefined; task = open.shift()) {
    const fetched = await fetchTasks(deps, table, task, never)
    open.push(...fetched.planTasks)
    files += count(fetched)
  }
  return files
}

function count(tasks: PlannedTasks): number {
  // The measured time includes the encoding of the tasks, because a server encodes each response.
  const bytes = Buffer.from(encodeTasks({}, tasks))
  return bytes.length === 0 ? 0 : (tasks.fileTasks ?? []).length
}

const selective: Json = {
  type: 'and',
  left: { type: 'eq', term: 'part', value: 77 },
  right: { type: 'lt', term: 'id', value: 77 * 5_000 * 100 + 4_000 },
}
const filter = mode === 'all' ? true : selective
await sleep(200)
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
const cpu = process.cpuUsage()
const start = performance.now()
const files = await plan(filter)
const coldMs = performance.now() - start
const { user, system } = process.cpuUsage(cpu)
const warm: number[] = []
const warmUntil = start + coldMs + (mode === 'all' ? 0 : Number(milliseconds))
while (performance.now() < warmUntil) {
  const began = performance.now()
  await plan(filter)
  warm.push(performance.now() - began)
}
delay.disable()
console.log(
  JSON.stringify({
    files,
    coldMs,
    coldCoreSeconds: (user + system) / 1e6,
    warmMs: warm.toSorted((a, b) => a - b)[Math.floor(warm.length / 2)] ?? coldMs,
    blockedMs: delay.max / 1e6,
    maxMegabytes: process.resourceUsage().maxRSS / 1024,
  }),
)
