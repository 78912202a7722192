import { HeadgateError } from '@headgate/errors'
import type { StringMap } from '../../fields.ts'
import type { ViewMetadata } from '../../view/view-metadata.ts'
import { checkViewRequirements } from '../../view/view-requirements.ts'
import type { ViewUpdate } from '../../view/view-update.ts'
import type { Schema } from '../../metadata/schema/types.ts'
import type { Session } from '../session.ts'
import {
  viewOperations,
  toViewVersion,
  type LoadedView,
  type ViewCommit,
  type ViewDefinition,
} from '../views.ts'
import { commitLoop, type CommitOptions } from './commit-loop.ts'
import { findSchemaId } from './schema-updates.ts'
import { isViewCommitVisible } from './view-commit-visible.ts'

type MakeUpdates = (metadata: ViewMetadata) => readonly ViewUpdate[]

/** Collects changes of a view, and commits them. Each method returns the builder, so that calls can be chained. */
export class ViewBuilder {
  readonly view: LoadedView
  readonly #session: Session
  readonly #steps: MakeUpdates[] = []

  constructor(session: Session, view: LoadedView) {
    this.#session = session
    this.view = view
  }

  setProperties(updates: StringMap): this {
    return this.change(() => [{ action: 'set-properties', updates }])
  }

  removeProperties(removals: readonly string[]): this {
    return this.change(() => [{ action: 'remove-properties', removals }])
  }

  setLocation(location: string): this {
    return this.change(() => [{ action: 'set-location', location }])
  }

  /** Replaces the definition of the view. Earlier definitions remain in its history. */
  replace(definition: ViewDefinition): this {
    const now = this.#session.clock.now()
    return this.change((metadata) => {
      const { versions } = metadata
      const current = versions.find((each) => each['version-id'] === metadata['current-version-id'])
      const namespace = current?.['default-namespace'] ?? this.view.identifier.namespace
      const catalog = definition.defaultCatalog ?? current?.['default-catalog']
      const next = Math.max(0, ...versions.map((each) => each['version-id'])) + 1
      const full = { ...definition, ...(catalog === undefined ? {} : { defaultCatalog: catalog }) }
      const schema: Schema = { 'schema-id': 0, ...definition.schema }
      const schemaId = findSchemaId(metadata.schemas, schema)
      return [
        ...(schemaId === undefined ? [{ action: 'add-schema', schema } as const] : []),
        {
          action: 'add-view-version',
          'view-version': toViewVersion(full, namespace, next, schemaId ?? -1, now),
        },
        { action: 'set-current-view-version', 'view-version-id': -1 },
      ]
    })
  }

  /**
   * Adds a function that makes updates from the state of the view at the commit. The client calls the function again
   * after a conflict.
   */
  change(make: MakeUpdates): this {
    this.#steps.push(make)
    return this
  }

  /**
   * Returns the updates and requirements of the collected changes, for the metadata `current`. Default: the metadata
   * as it was loaded.
   */
  compile(current: ViewMetadata = this.view.metadata): ViewCommit {
    const uuid = this.view.metadata['view-uuid']
    return {
      requirements: [{ type: 'assert-view-uuid', uuid }],
      updates: this.#steps.flatMap((make) => make(current)),
    }
  }

  /** Commits the collected changes. Handles conflicts and lost responses like `updateTable`. Returns the view after the commit. */
  async commit(options: CommitOptions = {}): Promise<LoadedView> {
    const { clock } = this.#session
    const { loadView, replaceView } = viewOperations(this.#session)
    const { identifier, metadata } = this.view
    const { signal, timeoutMs } = options
    const commit = this.compile()
    if (commit.updates.length === 0)
      throw new HeadgateError(
        'bad-request',
        'The commit contains no changes: call a method that adds one, such as setProperties, first',
      )
    return await commitLoop<LoadedView, ViewCommit, LoadedView>(
      commit,
      {
        clock,
        properties: metadata.properties,
        send: (each) => replaceView(identifier, each, { signal, timeoutMs }),
        reload: () => loadView(identifier, { signal, timeoutMs }),
        rebase: (current) => {
          const rebased = this.compile(current.metadata)
          checkViewRequirements(current.metadata, rebased.requirements)
          return rebased
        },
        isUnique: () => false,
        findResult: ({ updates }, current) =>
          isViewCommitVisible(updates, current.metadata) ? current : undefined,
      },
      options,
    )
  }
}
