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
import { toCreateUpdates } from './create-updates.ts'
import { toSchemaUpdates } from './schema-updates.ts'
import { deriveRequirements, dropDuplicates } from './requirements.ts'
import type { TableCommit } from './table-commit.ts'

type MakeUpdates = (metadata: TableMetadata) => readonly TableUpdate[]

interface Step {
  readonly make: MakeUpdates
  /**
   * Whether `make` may run again after a concurrent commit, with the new metadata of the table. If not, the updates
   * apply only to the metadata that was loaded.
   */
  readonly rebases: boolean
}

/**
 * Collects changes of a table. Each method returns the collection, so that calls can be chained.
 *
 * Methods accept a value or a function. A value applies to the table as it was loaded: the commit fails if another
 * commit changed the state that the value depends on, such as the branch or the schema. A function is called again
 * with the current state of the table, so that the commit can be repeated. The function receives the table without
 * the changes of this collection.
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
   * Adds an optional column of a primitive type. Existing rows contain null in it. If another commit changes the
   * schema, the commit is repeated with the column added to the new schema.
   *
   * @throws {HeadgateError} bad-request, at the commit, for an unknown type or a name that the schema contains
   *
   * @example
   * ```ts
   * await catalog.updateTable(table).addColumn('price', 'decimal(9,2)').commit()
   * ```
   */
  addColumn(name: string, type: string, { doc }: { readonly doc?: string } = {}): this {
    if (this.#setsSchema) throw schemaConflict()
    this.#columns.push({ name, type, doc })
    if (this.#columns.length > 1) return this
    return this.change((metadata) => toSchemaUpdates(metadata.schemas, addColumns(metadata, this.#columns)))
  }

  /** Makes a schema the current schema of the table. Adds the schema if the table does not contain it. */
  setSchema(schema: Schema | ((metadata: TableMetadata) => Schema)): this {
    if (this.#columns.length > 0) throw schemaConflict()
    this.#setsSchema = true
    return this.#step(schema, (each, { schemas }) => toSchemaUpdates(schemas, each))
  }

  /**
   * Adds a snapshot and moves a branch to it. The branch keeps its settings. A snapshot that a function returns can
   * be added after other commits: the function must set the sequence number and the parent for the state that it
   * receives.
   *
   * @param branch default: `main`
   */
  addSnapshot(
    snapshot: Snapshot | ((metadata: TableMetadata) => Snapshot),
    branch: string = MAIN_BRANCH,
  ): this {
    return this.#step(snapshot, (each, { refs }) => {
      const current: Partial<SnapshotRef> = Object.hasOwn(refs, branch) ? (refs[branch] ?? {}) : {}
      const ref: SnapshotRef = { ...current, type: 'branch', 'snapshot-id': each['snapshot-id'] }
      return [
        { action: 'add-snapshot', snapshot: each },
        { action: 'set-snapshot-ref', 'ref-name': branch, ref },
      ]
    })
  }

  /** Creates or moves a branch or tag. */
  setRef(name: string, ref: SnapshotRef): this {
    return this.add({ action: 'set-snapshot-ref', 'ref-name': name, ref })
  }

  removeRef(name: string): this {
    return this.add({ action: 'remove-snapshot-ref', 'ref-name': name })
  }

  /**
   * Adds any updates of the protocol. They apply only to the table as it was loaded: the commit fails if another
   * commit changed the state that they depend on.
   */
  add(...updates: readonly TableUpdate[]): this {
    this.#steps.push({ rebases: false, make: () => updates })
    return this
  }

  /**
   * Adds a function that makes updates. The function receives the metadata of the table, and runs again after a
   * concurrent commit.
   */
  change(make: MakeUpdates): this {
    this.#steps.push({ rebases: true, make })
    return this
  }

  /** Adds requirements to the requirements that are derived from the updates. */
  requiring(...requirements: readonly TableRequirement[]): this {
    this.#required.push(...requirements)
    return this
  }

  /**
   * Returns the updates and requirements of the collected changes, for the metadata `current`. Default: the metadata
   * as it was loaded.
   */
  compile(current: TableMetadata = this.table.metadata): TableCommit {
    const { staged, metadata: loaded } = this.table
    const updates = this.#steps.map(({ make, rebases }) => ({
      rebases,
      made: make(rebases ? current : loaded),
    }))
    const all = updates.flatMap(({ made }) => made)
    if (staged)
      return { requirements: [{ type: 'assert-create' }], updates: [...toCreateUpdates(loaded), ...all] }
    const madeFor = (rebases: boolean): readonly TableUpdate[] =>
      updates.filter((each) => each.rebases === rebases).flatMap(({ made }) => made)
    const requirements = dropDuplicates([
      ...deriveRequirements(loaded, madeFor(false)),
      ...deriveRequirements(current, madeFor(true)),
      ...this.#required,
    ])
    return { requirements, updates: all }
  }

  /**
   * Returns the updates and requirements of the collected changes, for the metadata after other commits.
   *
   * @throws {HeadgateError} commit-failed, when the changes depend on state that has changed
   */
  rebase(current: TableMetadata): TableCommit {
    const commit = this.compile(current)
    checkTableRequirements(current, commit.requirements)
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

const schemaConflict = (): HeadgateError =>
  new HeadgateError('bad-request', 'Use either setSchema or addColumn in one commit, not both')
