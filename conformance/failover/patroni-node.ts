import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../lib/free-port.ts'
import type { KeptProcess, ProcessKeeper } from '../lib/process-keeper.ts'
import type { Tools } from './install.ts'
import { unprivileged } from './unprivileged.ts'

export const password = 'failover'
export type Replication = 'synchronous' | 'asynchronous'

interface NodeOptions {
  readonly name: string
  readonly folder: string
  readonly tools: Tools
  readonly etcdPort: number
  readonly replication: Replication
}

/** One PostgreSQL server that Patroni controls. */
export class PatroniNode {
  readonly name: string
  readonly port: number
  readonly restPort: number
  readonly #keeper: ProcessKeeper
  readonly #options: NodeOptions
  #process: KeptProcess

  private constructor(
    keeper: ProcessKeeper,
    options: NodeOptions,
    ports: { readonly port: number; readonly restPort: number },
  ) {
    this.name = options.name
    this.port = ports.port
    this.restPort = ports.restPort
    this.#keeper = keeper
    this.#options = options
    mkdirSync(options.folder, { recursive: true })
    writeFileSync(this.#configuration, JSON.stringify(this.#settings(), null, 2))
    this.#process = this.#launch()
  }

  static async start(keeper: ProcessKeeper, options: NodeOptions): Promise<PatroniNode> {
    return new PatroniNode(keeper, options, { port: await freePort(), restPort: await freePort() })
  }

  get #configuration(): string {
    // The configuration is written as JSON, which is valid YAML.
    return join(this.#options.folder, 'patroni.yml')
  }

  get process(): KeptProcess {
    return this.#process
  }

  /** Kills PostgreSQL and Patroni without a shutdown, as a power failure does. */
  async kill(): Promise<void> {
    const [pid] = readFileSync(join(this.#options.folder, 'data', 'postmaster.pid'), 'utf8').split('\n')
    process.kill(this.#process.pid, 'SIGKILL')
    process.kill(Number(pid), 'SIGKILL')
    await this.#process.exited
  }

  /** Starts a killed node again, which then joins the cluster as a standby. */
  restart(): void {
    this.#process = this.#launch()
  }

  #launch(): KeptProcess {
    const { tools, folder, name } = this.#options
    return this.#keeper.start({
      name: `patroni ${name}`,
      ...unprivileged({ command: tools.patroni, args: [this.#configuration] }),
      log: join(folder, 'patroni.log'),
    })
  }

  #settings(): object {
    const { name, folder, tools, etcdPort, replication } = this.#options
    return {
      scope: 'headgate',
      name,
      restapi: at(this.restPort),
      etcd3: { hosts: [`127.0.0.1:${etcdPort}`] },
      bootstrap: {
        dcs: {
          ttl: 20,
          loop_wait: 2,
          retry_timeout: 5,
          maximum_lag_on_failover: 1_073_741_824,
          synchronous_mode: replication === 'synchronous',
        },
        initdb: [{ encoding: 'UTF8' }, { locale: 'C' }, 'data-checksums'],
      },
      postgresql: {
        ...at(this.port),
        data_dir: join(folder, 'data'),
        bin_dir: tools.postgres,
        pgpass: join(folder, 'pgpass'),
        use_pg_rewind: true,
        authentication: {
          superuser: { username: 'headgate', password },
          replication: { username: 'replicator', password },
        },
        pg_hba: [
          'host all all 127.0.0.1/32 scram-sha-256',
          'host replication replicator 127.0.0.1/32 scram-sha-256',
        ],
        // The test kills processes and not the machine, so data in the page cache survives and need not be
        // written to disk.
        parameters: {
          unix_socket_directories: '',
          fsync: 'off',
          wal_keep_size: '256MB',
          max_connections: 60,
        },
      },
    }
  }
}

function at(port: number): object {
  return { listen: `127.0.0.1:${port}`, connect_address: `127.0.0.1:${port}` }
}
