// A simple second implementation of updates with maps and counters. It shares no code with the real implementation.
// The property tests compare the results of both.

/** State of a table in the model. Schemas, specs and orders have letters or words as names. */
export interface Model {
  version: number
  location: string
  lastSequence: bigint
  lastColumn: number
  schemas: Map<number, string>
  schema: number
  specs: Map<number, string>
  spec: number
  lastPartition: number
  orders: Map<number, string>
  order: number
  properties: Map<string, string>
  /** Sequence number of each snapshot, by snapshot id. */
  snapshots: Map<bigint, bigint>
  refs: Map<string, ModelRef>
  current: bigint | null
  nextRow: bigint
  log: bigint[]
  statistics: Set<bigint>
  keys: Set<string>
}

export interface ModelRef {
  readonly id: bigint
  readonly tag: boolean
  readonly keep: number | null
}

export type Step =
  | { readonly do: 'upgrade'; readonly version: number }
  | { readonly do: 'move'; readonly location: string }
  | { readonly do: 'add-schema' | 'add-spec' | 'add-order'; readonly letter: string }
  | { readonly do: 'use-schema' | 'use-spec' | 'use-order'; readonly id: number }
  | { readonly do: 'drop-schema' | 'drop-spec'; readonly id: number }
  | { readonly do: 'set'; readonly name: string; readonly value: string }
  | { readonly do: 'unset'; readonly name: string }
  | {
      readonly do: 'snapshot'
      readonly id: bigint
      readonly sequence: bigint
      readonly parent: boolean
      readonly rows: readonly [first: bigint, added: bigint] | null
    }
  | { readonly do: 'drop-snapshot'; readonly id: bigint }
  | { readonly do: 'ref'; readonly name: string; readonly ref: ModelRef }
  | { readonly do: 'drop-ref'; readonly name: string }
  | { readonly do: 'statistics' | 'drop-statistics'; readonly id: bigint }
  | { readonly do: 'key' | 'drop-key'; readonly id: string }

/** Columns of the schemas, and the lowest format version that supports them. */
export const SCHEMAS: Readonly<
  Record<string, { readonly columns: readonly number[]; readonly since: number }>
> = {
  A: { columns: [1, 2, 3], since: 1 },
  B: { columns: [1, 2, 3, 4], since: 1 },
  C: { columns: [1], since: 1 },
  V: { columns: [1, 2, 7], since: 3 },
}
/** Source columns and field ids of the partition specs, by the name of the spec. */
export const SPECS: Readonly<Record<string, readonly (readonly [column: number, id: number])[]>> = {
  none: [],
  one: [[1, 1000]],
  two: [
    [2, 1000],
    [1, 1001],
  ],
  four: [[4, 1005]],
}
export const ORDERS: Readonly<Record<string, readonly number[]>> = { none: [], one: [1], two: [2, 1] }

export type Outcome = 'bad-request' | 'commit-failed' | Model

/** Returns the state after one commit with these steps. Does not change `before`. */
export function run(before: Model, steps: readonly Step[]): Outcome {
  const model = structuredClone(before)
  const session = new Session(model)
  for (const step of steps) {
    const refused = session.step(step)
    if (refused !== undefined) return refused
  }
  return session.end()
}

type Refusal = 'bad-request' | 'commit-failed'

/** State of the model while the steps of one commit are applied. */
class Session {
  private readonly model: Model
  private readonly fresh: Record<'schema' | 'spec' | 'order', number[]> = { schema: [], spec: [], order: [] }
  private readonly last: Record<'schema' | 'spec' | 'order', number | null> = {
    schema: null,
    spec: null,
    order: null,
  }
  private readonly added = new Set<bigint>()
  private readonly passing = new Set<bigint>()
  private dropped = false

  constructor(model: Model) {
    this.model = model
  }

  step(step: Step): Refusal | undefined {
    const { model } = this
    switch (step.do) {
      case 'upgrade':
        if (step.version > 3 || step.version < model.version) return 'bad-request'
        model.version = step.version
        return undefined
      case 'move':
        model.location = step.location
        return undefined
      case 'add-schema':
        return this.addSchema(step.letter)
      case 'add-spec':
        return this.addSpec(step.letter)
      case 'add-order':
        return this.addOrder(step.letter)
      case 'use-schema':
        return this.use('schema', model.schemas, step.id)
      case 'use-spec':
        return this.use('spec', model.specs, step.id)
      case 'use-order':
        return this.use('order', model.orders, step.id)
      case 'drop-schema':
        return this.drop('schema', model.schemas, step.id)
      case 'drop-spec':
        return this.drop('spec', model.specs, step.id)
      case 'set':
        if (step.name === 'uuid') return 'bad-request'
        model.properties.set(step.name, step.value)
        return undefined
      case 'unset':
        model.properties.delete(step.name)
        return undefined
      case 'snapshot':
        return this.snapshot(step)
      case 'drop-snapshot':
        return this.dropSnapshot(step.id)
      case 'ref':
        return this.ref(step.name, step.ref)
      case 'drop-ref':
        model.refs.delete(step.name)
        if (step.name === 'main') model.current = null
        return undefined
      case 'statistics':
        model.statistics.add(step.id)
        return undefined
      case 'drop-statistics':
        model.statistics.delete(step.id)
        return undefined
      case 'key':
        model.keys.add(step.id)
        return undefined
      default:
        model.keys.delete(step.id)
        return undefined
    }
  }

  end(): Outcome {
    const { model } = this
    if (!this.fits(model.specs.get(model.spec), model.orders.get(model.order))) return 'bad-request'
    if (model.version === 1 && model.lastSequence !== 0n) return 'bad-request'
    this.passing.delete(model.current ?? -1n)
    if (this.dropped)
      model.log = model.log.slice(model.log.findLastIndex((id) => !model.snapshots.has(id)) + 1)
    else if (this.passing.size > 0) model.log = model.log.filter((id) => model.snapshots.has(id))
    model.log = model.log.filter((id) => !this.passing.has(id))
    return model
  }

  private columns(): readonly number[] {
    return SCHEMAS[this.model.schemas.get(this.model.schema) ?? '']?.columns ?? []
  }

  private fits(spec: string | undefined, order: string | undefined): boolean {
    const columns = this.columns()
    const needed = [...(SPECS[spec ?? ''] ?? []).map(([column]) => column), ...(ORDERS[order ?? ''] ?? [])]
    return needed.every((column) => columns.includes(column))
  }

  private addSchema(letter: string): Refusal | undefined {
    const schema = SCHEMAS[letter]
    if (schema === undefined || schema.since > this.model.version) return 'bad-request'
    const known = findId(this.model.schemas, letter)
    if (known === undefined) {
      this.addToLog('schema', this.model.schemas, letter, 0)
      this.model.lastColumn = Math.max(this.model.lastColumn, ...schema.columns)
    } else {
      this.last.schema = this.last.schema !== null && this.fresh.schema.includes(known) ? known : null
    }
    return undefined
  }

  private addSpec(letter: string): Refusal | undefined {
    if (!this.fits(letter, undefined)) return 'bad-request'
    const fields = SPECS[letter] ?? []
    const known = findId(this.model.specs, letter)
    if (known !== undefined) {
      if (!this.fresh.spec.includes(this.last.spec ?? -1)) this.last.spec = null
      else this.last.spec = known
      return undefined
    }
    if (this.model.version === 1 && fields.some(([, id], i) => id !== 1000 + i)) return 'bad-request'
    this.addToLog('spec', this.model.specs, letter, 0)
    this.model.lastPartition = Math.max(this.model.lastPartition, ...fields.map(([, id]) => id))
    return undefined
  }

  private addOrder(letter: string): Refusal | undefined {
    if (!this.fits(undefined, letter)) return 'bad-request'
    const known = findId(this.model.orders, letter)
    if (known === undefined) this.addToLog('order', this.model.orders, letter, 1)
    else this.last.order = this.fresh.order.includes(this.last.order ?? -1) ? known : null
    return undefined
  }

  private addToLog(
    kind: 'schema' | 'spec' | 'order',
    all: Map<number, string>,
    letter: string,
    first: number,
  ): void {
    const id = letter === 'none' && kind === 'order' ? 0 : Math.max(first - 1, ...all.keys()) + 1
    all.set(id, letter)
    this.fresh[kind].push(id)
    this.last[kind] = id
  }

  private use(
    kind: 'schema' | 'spec' | 'order',
    all: ReadonlyMap<number, string>,
    id: number,
  ): Refusal | undefined {
    const meant = id === -1 ? this.last[kind] : id
    if (meant === null || !all.has(meant)) return 'bad-request'
    this.model[kind] = meant
    return undefined
  }

  private drop(kind: 'schema' | 'spec', all: Map<number, string>, id: number): Refusal | undefined {
    if (this.model[kind] === id) return 'bad-request'
    all.delete(id)
    this.fresh[kind] = this.fresh[kind].filter((other) => other !== id)
    if (this.last[kind] === id) this.last[kind] = null
    return undefined
  }

  private snapshot(step: Extract<Step, { do: 'snapshot' }>): Refusal | undefined {
    const { model } = this
    if (model.snapshots.has(step.id)) return 'bad-request'
    if (model.version > 1 && step.parent && step.sequence <= model.lastSequence) return 'commit-failed'
    if (model.version > 2) {
      if (step.rows === null) return 'bad-request'
      if (step.rows[0] < model.nextRow) return 'commit-failed'
      model.nextRow = step.rows[0] + step.rows[1]
    }
    if (step.sequence > model.lastSequence) model.lastSequence = step.sequence
    model.snapshots.set(step.id, step.sequence)
    this.added.add(step.id)
    return undefined
  }

  private dropSnapshot(id: bigint): undefined {
    const { model } = this
    if (!model.snapshots.delete(id)) return
    this.dropped = true
    model.statistics.delete(id)
    for (const [name, ref] of model.refs) if (ref.id === id) model.refs.delete(name)
    if (model.current === id) model.current = null
  }

  private ref(name: string, ref: ModelRef): Refusal | undefined {
    const { model } = this
    const old = model.refs.get(name)
    if (old !== undefined && old.id === ref.id && old.tag === ref.tag && old.keep === ref.keep)
      return undefined
    if (!model.snapshots.has(ref.id) || (name === 'main' && ref.tag)) return 'bad-request'
    model.refs.set(name, ref)
    if (name === 'main') {
      model.current = ref.id
      model.log.push(ref.id)
      if (this.added.has(ref.id)) this.passing.add(ref.id)
    }
    return undefined
  }
}

function findId(all: ReadonlyMap<number, string>, letter: string): number | undefined {
  return [...all].find(([, other]) => other === letter)?.[0]
}
