// Properties for any sequence of requests of two clients through two replicas: the server has the same
// results as a simple model of names, tables and commits. The tests run each property a few times, and the
// fuzzer runs it for a chosen time.
import assert from 'node:assert/strict'
import { decodeTableMetadata } from '@headgate/iceberg/metadata'
import { run, SCHEMAS, type Step } from '../../../iceberg/test/metadata/model.ts'
import { toSteps, toModel } from '../../../iceberg/test/metadata/model-steps.ts'
import type { JsonObject } from '@headgate/json'
import { property, type Property } from '@headgate/testkit'
import type { Send, TestResponse, TestServer } from '../server.ts'
import {
  commitAll,
  create,
  drop,
  type ModelCatalog,
  type ModelCommit,
  type ModelTable,
  register,
  rename,
  type Result,
  undrop,
  unregister,
} from './commit-model.ts'
import { toBody, type Command, commands, type CommitPlan, fresh, names, type Place } from './commit-plans.ts'
import { readMetadataLocation, readMetadata, objectAt } from './tables.ts'

/** A server and a second replica of it. */
export interface TwoReplicas extends AsyncDisposable {
  readonly server: TestServer
  readonly sends: readonly [Send, Send]
}

const schema = {
  type: 'struct',
  fields: (SCHEMAS['A']?.columns ?? []).map((id) => ({ id, name: `c${id}`, type: 'long', required: false })),
}

const beginning: readonly Command[] = [
  { do: 'create', name: 'a', version: 2, place: 'shared' },
  { do: 'create', name: 'b', version: 1, place: 'any' },
  { do: 'create', name: 'c', version: 3, place: 'any' },
  { do: 'drop', name: 'c', purge: false },
]

let runs = 0

/** One run: a new namespace, its content according to the model, and the state that each client has seen. */
class Run {
  private readonly sends: readonly [Send, Send]
  private readonly space = `c${(runs += 1)}`
  /** Root location of the warehouse, which the rules of the model use. */
  readonly root: string
  private readonly base: string
  private catalog: ModelCatalog = { tables: new Map(), dropped: [] }
  private readonly seen: readonly [Map<string, ModelTable>, Map<string, ModelTable>] = [new Map(), new Map()]
  /** Known metadata files, each with its table. */
  private readonly files: (readonly [location: string, table: ModelTable])[] = []
  /** Metadata locations by table, which detect unexpected changes. */
  private readonly pointers = new Map<ModelTable, string>()
  private places = 0
  private turn = 0

  constructor({ server, sends }: TwoReplicas) {
    this.sends = sends
    this.root = server.root
    this.base = `${server.root}/${this.space}`
  }

  async play(all: readonly Command[]): Promise<void> {
    assert.equal((await this.send('POST', 'namespaces', { namespace: [this.space] })).status, 200)
    // Most requests need an existing object.
    for (const command of [...beginning, ...all]) {
      await this.step(command)
      await this.compare()
    }
  }

  private get send(): Send {
    this.turn += 1
    return this.sends[this.turn % 2 === 0 ? 0 : 1]
  }

  private path(rest = ''): string {
    return `namespaces/${this.space}/tables${rest}`
  }

  private async step(command: Command): Promise<void> {
    switch (command.do) {
      case 'create':
        return this.create(command.name, command.version, this.toLocation(command.place))
      case 'look': {
        const table = this.catalog.tables.get(command.name)
        if (table !== undefined) this.seen[command.client].set(command.name, table)
        return undefined
      }
      case 'commit':
        return this.commit(this.planned(command.first))
      case 'both':
        return this.both(this.planned(command.first), this.planned(command.second))
      case 'transaction':
        return this.transaction(this.planned(command.first), this.planned(command.second))
      case 'rename': {
        const at = (table: string): JsonObject => ({ namespace: [this.space], name: table })
        const response = await this.send('POST', 'tables/rename', {
          source: at(command.name),
          destination: at(command.to),
        })
        return this.expect(response, rename(this.catalog, command.name, command.to))
      }
      case 'drop':
        return this.drop(command.name, command.purge)
      case 'unregister':
        return this.expect(
          await this.send('POST', this.path(`/${command.name}/unregister`)),
          unregister(this.catalog, command.name),
        )
      case 'undrop':
        return this.undrop(command.pick, command.name)
      default:
        return this.register(command.pick, command.name, command.overwrite)
    }
  }

  private toLocation(place: Place): string | null {
    switch (place) {
      case 'any':
        return null
      case 'own':
        return `${this.base}/own-${(this.places += 1)}`
      case 'shared':
        return `${this.base}/shared`
      case 'inside':
        return `${this.base}/shared/inside`
      case 'outside':
        return 'file:///outside/x'
      default:
        return 's3://a'
    }
  }

  /** Builds a commit that is based on the last table state that the client loaded. */
  private planned({ client: who, name: wanted, blindly, claims: claimed, intents }: CommitPlan): ModelCommit {
    const [first = wanted] = this.catalog.tables.keys()
    const table = blindly || this.catalog.tables.has(wanted) ? wanted : first
    const now = this.catalog.tables.get(table)
    const seen = this.seen[who].get(table) ??
      now ?? { uuid: crypto.randomUUID(), location: 'x', metadata: fresh(2, 'x') }
    let state = seen.metadata
    const steps: Step[] = []
    for (const [intent, place] of intents) {
      for (const step of toSteps(state, intent)) {
        steps.push(step.do === 'move' ? { ...step, location: this.toLocation(place) ?? '' } : step)
      }
      const next = run(seen.metadata, steps)
      if (typeof next !== 'string') state = next
    }
    return { name: table, seen, claims: claimed, steps }
  }

  private async create(table: string, version: number, location: string | null): Promise<void> {
    const body = {
      name: table,
      schema,
      properties: { 'format-version': String(version) },
      ...(location === null ? {} : { location }),
    }
    const response = await this.send('POST', this.path(), body)
    const made = (): ModelTable => {
      const { 'table-uuid': uuid, location: chosen } = decodeTableMetadata(readMetadata(response))
      assert.ok(location === null ? chosen.startsWith(`${this.root}/`) : chosen === location)
      return { uuid: uuid ?? '', location: chosen, metadata: fresh(version, chosen) }
    }
    this.expect(response, create(this, this.catalog, table, location, response.status === 200 ? made : never))
  }

  private async commit(change: ModelCommit): Promise<void> {
    this.expect(await this.sendCommit(this.send, change), commitAll(this, this.catalog, [change]))
  }

  /**
   * Sends two commits at the same time. The result must equal that of the commits one after the other, in
   * either order.
   */
  private async both(first: ModelCommit, second: ModelCommit): Promise<void> {
    const responses = await Promise.all([
      this.sendCommit(this.sends[0], first),
      this.sendCommit(this.sends[1], second),
    ])
    const orders = [
      [[first, responses[0]] as const, [second, responses[1]] as const],
      [[second, responses[1]] as const, [first, responses[0]] as const],
    ]
    const outcomes = orders.flatMap((order) => {
      let state: ModelCatalog | null = this.catalog
      for (const [change, response] of order) {
        const result: Result = commitAll(this, state, [change])
        if (!fits(response, result)) return []
        if ('after' in result) state = result.after
      }
      return [state]
    })
    assert.ok(
      outcomes.length > 0,
      `these responses to two commits match no order of them: ${responses.map(shown).join(' and ')}`,
    )
    for (const outcome of outcomes) {
      this.catalog = outcome
      try {
        return await this.compare()
      } catch (error) {
        if (outcome === outcomes.at(-1)) throw error
      }
    }
  }

  private async transaction(first: ModelCommit, second: ModelCommit): Promise<void> {
    const changes = first.name === second.name ? [first] : [first, second]
    const body = changes.map((change) => ({
      identifier: { namespace: [this.space], name: change.name },
      ...toBody(change),
    }))
    const response = await this.send('POST', 'transactions/commit', { 'table-changes': body })
    this.expect(response, commitAll(this, this.catalog, changes))
  }

  private async drop(table: string, purge: boolean): Promise<void> {
    const uuid = this.catalog.tables.get(table)?.uuid
    const response = await this.send('DELETE', this.path(`/${table}?purgeRequested=${purge}`))
    const id = uuid === undefined ? '' : await this.idOfDropped(uuid)
    this.expect(response, drop(this.catalog, table, id))
  }

  private async idOfDropped(uuid: string): Promise<string> {
    const response = await this.send(
      'GET',
      `/management/v1/warehouses/lakehouse/dropped?namespace=${this.space}`,
    )
    const dropped = objectAt(response.json)['dropped'] as readonly { id: string; uuid: string }[]
    const found = dropped.find((it) => it.uuid === uuid)
    assert.ok(found, 'a dropped table is not in the list of dropped tables of the server')
    return found.id
  }

  private async undrop(which: number, table: string): Promise<void> {
    const { dropped } = this.catalog
    const id = dropped[which % (dropped.length + 1)]?.id ?? crypto.randomUUID()
    const path = `/management/v1/warehouses/lakehouse/dropped/${id}/restore`
    this.expect(
      await this.send('POST', path, { namespace: [this.space], name: table }),
      undrop(this.catalog, id, table),
    )
  }

  private async register(which: number, table: string, overwrite: boolean): Promise<void> {
    const file = this.files[which % Math.max(1, this.files.length)]
    if (file === undefined) return
    const body = { name: table, 'metadata-location': file[0], overwrite }
    const response = await this.send('POST', `namespaces/${this.space}/register`, body)
    const dropped = this.catalog.dropped.find((it) => it.table.uuid === file[1].uuid)
    const newest = dropped !== undefined && this.pointers.get(dropped.table) === file[0]
    // Registering the same file again results in the same table, with a new pointer.
    const registration = { name: table, once: { ...file[1] }, overwrite, newest }
    this.expect(response, register(this, this.catalog, registration))
  }

  private sendCommit(send: Send, change: ModelCommit): Promise<TestResponse> {
    return send('POST', this.path(`/${change.name}`), toBody(change))
  }

  private expect(response: TestResponse, result: Result): void {
    assert.ok(
      fits(response, result),
      `${shown(response)} instead of ${'after' in result ? 'success' : result.refused.join(' or ')}`,
    )
    if ('after' in result) this.catalog = result.after
  }

  /** Compares every name with the model. */
  private async compare(): Promise<void> {
    const listed = objectAt((await this.send('GET', this.path())).json)['identifiers'] as readonly {
      name: string
    }[]
    assert.deepEqual(
      listed.map((it) => it.name),
      [...this.catalog.tables.keys()].toSorted(),
    )
    for (const table of names) {
      const response = await this.send('GET', this.path(`/${table}`))
      const expected = this.catalog.tables.get(table)
      if (expected === undefined) {
        assert.equal(response.status, 404)
        continue
      }
      assert.equal(response.status, 200, shown(response))
      const metadata = decodeTableMetadata(readMetadata(response))
      assert.deepEqual(toModel(metadata), expected.metadata)
      assert.deepEqual([metadata['table-uuid'], metadata.location], [expected.uuid, expected.location])
      const location = readMetadataLocation(response)
      assert.equal(location, this.pointers.get(expected) ?? location)
      if (!this.pointers.has(expected)) this.files.push([location, expected])
      this.pointers.set(expected, location)
    }
  }
}

const never = (): never => {
  throw new Error('was not created')
}

const errorTypes: Readonly<Record<number, RegExp>> = {
  400: /^BadRequestException$/,
  403: /^ForbiddenException$/,
  404: /^(?:NoSuchTableException|NotFoundException)$/,
  409: /^(?:CommitFailedException|AlreadyExistsException)$/,
}

function fits(response: TestResponse, result: Result): boolean {
  if ('after' in result) return response.status === 200 || response.status === 204
  if (!result.refused.includes(response.status)) return false
  const { code, type } = objectAt(response.json, 'error')
  return (
    code === response.status && typeof type === 'string' && errorTypes[response.status]?.test(type) === true
  )
}

function shown(response: TestResponse): string {
  return response.status < 300 ? String(response.status) : JSON.stringify(response.json)
}

/** Property tests with random sequences of requests, keyed by test title. */
export const properties: Readonly<Record<string, (replicas: TwoReplicas) => Property>> = {
  'any sequence of requests has the same results as the simple model, and refused requests change nothing': (
    replicas,
  ) => property(commands, (all) => new Run(replicas).play(all), 2),
}
