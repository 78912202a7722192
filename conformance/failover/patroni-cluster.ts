import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startEtcd } from '../lib/etcd.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { responds } from '../lib/wait-until-ready.ts'
import type { Tools } from './install.ts'
import { password, PatroniNode, type Replication } from './patroni-node.ts'

interface Member {
  readonly name: string
  readonly role: string
  readonly state: string
}

const standbyRoles = ['replica', 'sync_standby', 'quorum_standby']

/** Two PostgreSQL servers under Patroni, which promotes the standby when the primary fails. */
export class PatroniCluster {
  readonly #tools: Tools
  readonly #nodes: readonly PatroniNode[]
  readonly #replication: Replication

  private constructor(tools: Tools, nodes: readonly PatroniNode[], replication: Replication) {
    this.#tools = tools
    this.#nodes = nodes
    this.#replication = replication
  }

  /** Starts the cluster, and waits until the standby replicates from the primary. */
  static async start(
    keeper: ProcessKeeper,
    options: { readonly tools: Tools; readonly folder: string; readonly replication: Replication },
  ): Promise<PatroniCluster> {
    const { tools, folder, replication } = options
    const etcdPort = await startEtcd(keeper, tools.etcd, join(folder, 'etcd'))
    const nodes: PatroniNode[] = []
    const cluster = new PatroniCluster(tools, nodes, replication)
    for (const name of ['one', 'two']) {
      nodes.push(
        await PatroniNode.start(keeper, { name, folder: join(folder, name), tools, etcdPort, replication }),
      )
      if (name === 'one') await cluster.primary()
    }
    await cluster.standbyFollows()
    return cluster
  }

  /**
   * Waits until a node is the primary and accepts changes. If `before` is set, waits until another node than `before`
   * is.
   */
  async primary(before?: PatroniNode): Promise<PatroniNode> {
    return await until('a primary', async () => {
      for (const node of this.#nodes) {
        if (
          node === before ||
          !(await responds(`http://127.0.0.1:${node.restPort}/primary`).catch(() => false))
        )
          continue
        return node
      }
      return undefined
    })
  }

  /** Waits until the standby streams from the primary, and is synchronous if the configuration requires it. */
  async standbyFollows(): Promise<void> {
    await until('a stand-by that follows', async () => {
      const [node] = this.#nodes
      const response = await fetch(`http://127.0.0.1:${node?.restPort}/cluster`, {
        signal: AbortSignal.timeout(5_000),
      })
      const { members } = (await response.json()) as { readonly members: readonly Member[] }
      const roles = this.#replication === 'synchronous' ? ['sync_standby'] : standbyRoles
      return members.find(({ role, state }) => roles.includes(role) && state === 'streaming')
    })
  }

  /**
   * Suspends the process that receives changes on the standby, while the primary continues. Returns the id of the
   * suspended process.
   */
  async freezeReplication(primary: PatroniNode): Promise<number> {
    const standby = this.#nodes.find((node) => node !== primary)
    if (standby === undefined) throw new Error('The cluster has no standby.')
    const pid = Number(this.ask(standby, 'select pid from pg_stat_wal_receiver'))
    if (!(pid > 0)) throw new Error('The standby does not receive changes.')
    process.kill(pid, 'SIGSTOP')
    return pid
  }

  /** Runs a query on a node. Returns the first column of the result, with one line for each row. */
  ask(node: PatroniNode, query: string): string {
    const { stdout, stderr, status } = spawnSync(
      join(this.#tools.postgres, 'psql'),
      ['-XAtq', '-c', query, urlAt(node.port)],
      { encoding: 'utf8', timeout: 20_000 },
    )
    if (status !== 0) throw new Error(`psql: ${stderr}`)
    return stdout.trim()
  }
}

export function urlAt(port: number): string {
  return `postgresql://headgate:${password}@127.0.0.1:${port}/postgres`
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 120_000; Date.now() < end; await sleep(200)) {
    const found = await look().catch(() => undefined)
    if (found !== undefined) return found
  }
  throw new Error(`Patroni did not reach this state within two minutes: ${what}.`)
}
