import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sql } from '../../src/store/sql.ts'
import { statement } from '../../src/store/sql.ts'
import { testStore } from '../store/database.ts'
import { ServerProcess } from './server-process.ts'

const insertWarehouse = statement(
  'fault_warehouse',
  `insert into warehouse (id, name, kind, storage, owner_id) values ($1, 'lakehouse', 'managed', $2, $3)`,
)

/** A database and a warehouse directory that remain when a server on them is killed. */
export interface FaultPlace extends AsyncDisposable {
  readonly sql: Sql
  readonly databaseUrl: string
  readonly root: string
  /** Returns the environment variables of a server on this database and warehouse, overridden by `more`. */
  environment(more?: Readonly<Record<string, string>>): Readonly<Record<string, string>>
}

export async function faultPlace(): Promise<FaultPlace> {
  await using stack = new AsyncDisposableStack()
  const store = stack.use(await testStore())
  const place = await placeOn(store.sql, store.url)
  stack.use(place)
  const lifetime = stack.move()
  return { ...place, [Symbol.asyncDispose]: () => lifetime.disposeAsync() }
}

/** Creates a warehouse directory for an existing migrated database. */
export async function placeOn(sql: Sql, databaseUrl: string): Promise<FaultPlace> {
  const directory = await mkdtemp(join(tmpdir(), 'headgate-faults-'))
  const root = `file://${directory}/warehouse`
  await mkdir(join(directory, 'warehouse'))
  await sql.run(insertWarehouse, [randomUUID(), JSON.stringify({ type: 'file', root }), randomUUID()])
  const master = randomBytes(32).toString('hex')
  return {
    sql,
    databaseUrl,
    root,
    environment: (more = {}) => ({
      HEADGATE_DATABASE_URL: databaseUrl,
      HEADGATE_MASTER_KEY: master,
      HEADGATE_INSECURE_ANONYMOUS: 'true',
      HEADGATE_DEFAULT_WAREHOUSE: 'lakehouse',
      HEADGATE_PORT: '0',
      HEADGATE_AUDIT_READS: 'off',
      HEADGATE_LOG_LEVEL: 'fatal',
      HEADGATE_DATABASE_POOL_SIZE: '40',
      HEADGATE_FILE_ROOTS: `file://${directory}/warehouses`,
      ...more,
    }),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}

export type Client = Pick<ServerProcess, 'send'>

/**
 * A database and a warehouse with one running server. The process of the next server is loaded in advance, so
 * that a restart is fast.
 */
export class FaultFixture implements AsyncDisposable {
  readonly place: FaultPlace
  /** Sends requests to the current server. */
  readonly client: Client = { send: (...request) => this.#server.send(...request) }
  #server: ServerProcess
  #next: ServerProcess

  private constructor(place: FaultPlace) {
    this.place = place
    this.#server = new ServerProcess()
    this.#next = new ServerProcess()
  }

  static async open(): Promise<FaultFixture> {
    const fixture = new FaultFixture(await faultPlace())
    await fixture.#server.open(fixture.place.environment())
    return fixture
  }

  get server(): ServerProcess {
    return this.#server
  }

  /** Kills the server and starts another one. */
  async killAndRestart(): Promise<void> {
    await this.#server.kill()
    this.#server = this.#next
    this.#next = new ServerProcess()
    await this.#server.open(this.place.environment())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]()
    await this.#next[Symbol.asyncDispose]()
    await this.place[Symbol.asyncDispose]()
  }
}
