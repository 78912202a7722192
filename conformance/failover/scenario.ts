import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { seconds } from '../lib/text-table.ts'
import { CommitLoad, insist, readKeys, shownBy, tables } from './commit-load.ts'
import { Front } from './front.ts'
import type { Tools } from './install.ts'
import { PatroniCluster, urlAt } from './patroni-cluster.ts'
import type { PatroniNode, Replication } from './patroni-node.ts'
import { startReplica } from './replica.ts'

export interface ScenarioOptions {
  readonly tools: Tools
  readonly folder: string
  readonly replication: Replication
  /** Number of times that the primary is killed. */
  readonly rounds: number
  /** Number of acknowledged commits to wait for before and after each kill. */
  readonly commits: number
  readonly say: (line: string) => void
}

/** Result of one failover of the database. */
export interface Outcome {
  readonly replication: Replication
  readonly acknowledged: number
  /**
   * Number of commits that the old primary acknowledged but had not replicated to the new primary. Must be 0 with
   * synchronous replication.
   */
  readonly notReplicated: number
  /** Commits that are missing at the end, although the new primary contained or acknowledged them. Must be empty. */
  readonly lost: readonly string[]
}

/**
 * Kills the primary while clients commit through two replicas, and compares the acknowledged commits with the content
 * of the tables.
 */
export async function failOver(keeper: ProcessKeeper, options: ScenarioOptions): Promise<readonly Outcome[]> {
  const { tools, folder, replication, rounds, say } = options
  const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const began = Date.now()
    const result = await work()
    say(`  ${replication}: ${name} (${seconds(Date.now() - began)})`)
    return result
  }
  mkdirSync(join(folder, 'warehouse'), { recursive: true })
  const cluster = await step('cluster started', () =>
    PatroniCluster.start(keeper, { tools, folder, replication }),
  )
  await using front = await Front.start()
  let primary = await cluster.primary()
  front.lead(primary.port)
  const shared = { folder, databaseUrl: urlAt(front.port), masterKey: randomBytes(32).toString('hex') }
  const origins = await step('two replicas started', async () => [
    await startReplica(keeper, { ...shared, name: 'replica-a' }),
    await startReplica(keeper, { ...shared, name: 'replica-b' }),
  ])
  await makeTables(origins[0] ?? '', folder)
  const outcomes: Outcome[] = []
  for (let round = 0; round < rounds; round += 1) {
    const { outcome, next } = await killPrimary({ ...options, cluster, front, origins, primary, round, step })
    outcomes.push(outcome)
    if (round + 1 < rounds) {
      primary.restart()
      await step('killed node joined again', () => cluster.standbyFollows())
    }
    primary = next
  }
  return outcomes
}

interface Round extends ScenarioOptions {
  readonly cluster: PatroniCluster
  readonly front: Front
  readonly origins: readonly string[]
  readonly primary: PatroniNode
  readonly round: number
  readonly step: <T>(name: string, work: () => Promise<T>) => Promise<T>
}

async function killPrimary(round: Round): Promise<{ readonly outcome: Outcome; readonly next: PatroniNode }> {
  const { cluster, front, origins, primary, replication, commits, step } = round
  const load = new CommitLoad(origins, `${replication}-${round.round}`)
  try {
    await step('commits before the kill', () => load.more(commits))
    let frozen: number | null = null
    if (replication === 'asynchronous') {
      frozen = await cluster.freezeReplication(primary)
      await load.more(commits / 5)
    }
    front.lead(null)
    await primary.kill()
    if (frozen !== null) {
      // Sends SIGTERM before SIGCONT, so that the suspended process ends before it reads more changes from
      // its socket.
      process.kill(frozen, 'SIGTERM')
      process.kill(frozen, 'SIGCONT')
    }
    const next = await step('stand-by promoted', () => cluster.primary(primary))
    const kept = keysIn(cluster, next)
    const promotedAt = performance.now()
    front.lead(next.port)
    await step('commits after the fail-over', () => load.more(commits))
    await load.stop()
    const { acknowledged } = load
    const before = acknowledged.filter(({ at }) => at < promotedAt)
    const notReplicated = before.filter(({ key }) => !kept.has(key))
    const later = acknowledged.flatMap(({ key, sentAt }) => (sentAt > promotedAt ? [key] : []))
    const mustBe = [...kept, ...later, ...(replication === 'synchronous' ? before.map(({ key }) => key) : [])]
    const lost = new Set<string>()
    for (const origin of origins) {
      const shown = await shownBy(origin)
      for (const key of mustBe) if (!shown.has(key)) lost.add(key)
    }
    const outcome = {
      replication,
      acknowledged: acknowledged.length,
      notReplicated: notReplicated.length,
      lost: [...lost],
    }
    return { outcome, next }
  } finally {
    await load.stop()
  }
}

async function makeTables(origin: string, folder: string): Promise<void> {
  const storage = { type: 'file', root: `file://${join(folder, 'warehouse')}` }
  const wanted: readonly [string, object][] = [
    ['/management/v1/warehouses', { name: 'failover', storage, retentionSeconds: 0 }],
    ['/v1/failover/namespaces', { namespace: ['w'] }],
    ...tables.map((name): [string, object] => [
      '/v1/failover/namespaces/w/tables',
      { name, schema: { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: true }] } },
    ]),
  ]
  for (const [path, body] of wanted) {
    const { status, body: response } = await insist(origin, 'POST', path, body)
    if (status >= 300) throw new Error(`POST ${path} was answered with ${status} ${JSON.stringify(response)}`)
  }
}

/**
 * Reads the property keys of all tables directly from the database of a node, before any Headgate server connects to
 * it.
 */
function keysIn(cluster: PatroniCluster, node: PatroniNode): ReadonlySet<string> {
  const rows = cluster.ask(node, `select name || ' ' || metadata_location from relation`).split('\n')
  return new Set(
    rows.flatMap((row) => {
      const [table = '', location = ''] = row.split(' ')
      return readKeys(table, JSON.parse(readFileSync(fileURLToPath(location), 'utf8')))
    }),
  )
}
