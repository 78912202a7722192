import { HeadgateError } from '@headgate/errors'
import type { StringMap } from '../../fields.ts'
import { checkTableRequirements } from '../../metadata/requirement/check-requirements.ts'
import type { TableRequirement } from '../../metadata/requirement/types.ts'
import type { Schema } from '../../metadata/schema/types.ts'
import { MAIN_BRANCH, type Snapshot, type SnapshotRef } from '../../metadata/snapshot/types.ts'
import type { TableMetadata } from '../../metadata/types.ts'
import type { TableUpdate } from '../../metadata/update/types.ts'
import type { LoadedTable } from '../loaded-table.ts'
import { addColumns, type NewColumn } from './add-columns.ts'
import { createUpdates } from './create-updates.ts'
import { schemaUpdates } from './schema-updates.ts'
import { requirementsFor, unique } from './requirements.ts'
import type { TableCommit } from './table-commit.ts'

type Make = (metadata: TableMetadata) => readonly TableUpdate[]

interface Step {
  readonly make: Make
  /** Made anew for what others have committed meanwhile. */
  readonly rebases: boolean
}

/**
 * Collects changes to a table. Each method gives the collection itself, so that calls can be chained.
 *
 * Values are for the table as it was loaded: where somebody changed what they rest on (the branch, the schema), the
 * commit fails. Functions are asked again, with what the table is by then, so that such a commit can be tried once more.
 * What they get is the table before any change of this collection.
 */
export class TableChanges {
  readonly table: LoadedTable
  readonly #steps: Step[] = []
  readonly #required: TableRequirement[] = []
  readonly #columns: NewColumn[] = []
  #setsSchema = false

  constructor(table: LoadedTable) {
    this.table = table
  }

  setProperties(updates: StringMap): this {
    return this.add({ action: 'set-properties', updates })
  }

  removeProperties(removals: readonly string[]): this {
    return this.add({ action: 'remove-properties', removals })
  }

  setLocation(location: string): this {
    return this.add({ action: 'set-location', location })
  }

  /**
   * Adds an optional column of a primitive type. Existing rows contain null in it. The commit is repeated on the schema
   * that other commits left.
   *
   * @throws {HeadgateError} bad-request, at the commit, for an unknown type or a name that the schema contains
   *
   * @example
   * ```ts
   * await catalog.updateTable(table).addColumn('price', 'decimal(9,2)').commit()
   * ```
   */
  addColumn(name: string, type: string, { doc }: { readonly doc?: string } = {}): this {
    if (this.#setsSchema) throw twoSchemas()
    this.#columns.push({ name, type, doc })
    if (this.#columns.length > 1) return this
    return this.change((metadata) => schemaUpdates(metadata.schemas, addColumns(metadata, this.#columns)))
  }

  /** Makes a schema the current one, and adds it if it is not there yet. */
  setSchema(schema: Schema | ((metadata: TableMetadata) => Schema)): this {
    if (this.#columns.length > 0) throw twoSchemas()
    this.#setsSchema = true
    return this.#step(schema, (each, { schemas }) => schemaUpdates(schemas, each))
  }

  /**
   * Adds a snapshot, and makes it that of a branch, which keeps its settings. A function can put its snapshot on top of
   * what others have committed meanwhile: it must give it a new sequence number and parent then.
   *
   * @param branch default: `main`
   */
  addSnapshot(
    snapshot: Snapshot | ((metadata: TableMetadata) => Snapshot),
    branch: string = MAIN_BRANCH,
  ): this {
    return this.#step(snapshot, (each, { refs }) => {
      const before: Partial<SnapshotRef> = Object.hasOwn(refs, branch) ? (refs[branch] ?? {}) : {}
      const ref: SnapshotRef = { ...before, type: 'branch', 'snapshot-id': each['snapshot-id'] }
      return [
        { action: 'add-snapshot', snapshot: each },
        { action: 'set-snapshot-ref', 'ref-name': branch, ref },
      ]
    })
  }

  /** Makes or moves a branch or tag. */
  setRef(name: string, ref: SnapshotRef): this {
    return this.add({ action: 'set-snapshot-ref', 'ref-name': name, ref })
  }

  removeRef(name: string): this {
    return this.add({ action: 'remove-snapshot-ref', 'ref-name': name })
  }

  /** Any updates of the protocol, for the table as it was loaded. */
  add(...updates: readonly TableUpdate[]): this {
    this.#steps.push({ rebases: false, make: () => updates })
    return this
  }

  /** Updates that are made of what the table is when they are committed. */
  change(make: Make): this {
    this.#steps.push({ rebases: true, make })
    return this
  }

  /** What must hold besides what the updates need to. */
  requiring(...requirements: readonly TableRequirement[]): this {
    this.#required.push(...requirements)
    return this
  }

  /** The commit of what was collected, for the table as it is now. */
  compile(now: TableMetadata = this.table.metadata): TableCommit {
    const { staged, metadata: seen } = this.table
    const updates = this.#steps.map(({ make, rebases }) => ({ rebases, made: make(rebases ? now : seen) }))
    const all = updates.flatMap(({ made }) => made)
    if (staged)
      return { requirements: [{ type: 'assert-create' }], updates: [...createUpdates(seen), ...all] }
    const madeFor = (rebases: boolean): readonly TableUpdate[] =>
      updates.filter((each) => each.rebases === rebases).flatMap(({ made }) => made)
    const requirements = unique([
      ...requirementsFor(seen, madeFor(false)),
      ...requirementsFor(now, madeFor(true)),
      ...this.#required,
    ])
    return { requirements, updates: all }
  }

  /**
   * The same after others have committed.
   *
   * @throws {HeadgateError} commit-failed, when the changes rest on something that is not there any more
   */
  rebase(now: TableMetadata): TableCommit {
    const commit = this.compile(now)
    checkTableRequirements(now, commit.requirements)
    return commit
  }

  #step<T extends object>(
    value: T | ((metadata: TableMetadata) => T),
    updates: (value: T, metadata: TableMetadata) => readonly TableUpdate[],
  ): this {
    const rebases = typeof value === 'function'
    this.#steps.push({
      rebases,
      make: (metadata) => updates(typeof value === 'function' ? value(metadata) : value, metadata),
    })
    return this
  }
}

const twoSchemas = (): HeadgateError =>
  new HeadgateError('bad-request', 'Use either setSchema or addColumn in one commit, not both')
