import { HeadgateError } from '@headgate/errors'
import type { StringMap } from '../../fields.ts'
import type { ViewMetadata } from '../../view/view-metadata.ts'
import { checkViewRequirements } from '../../view/view-requirements.ts'
import type { ViewUpdate } from '../../view/view-update.ts'
import type { Schema } from '../../metadata/schema/types.ts'
import type { Session } from '../session.ts'
import {
  viewOperations,
  viewVersion,
  type LoadedView,
  type ViewCommit,
  type ViewDefinition,
} from '../views.ts'
import { commitLoop, type CommitOptions } from './commit-loop.ts'
import { knownSchema } from './schema-updates.ts'
import { viewLanded } from './view-landed.ts'

type Make = (metadata: ViewMetadata) => readonly ViewUpdate[]

/** Collects changes to a view, and commits them. Each method gives the collection itself, so that calls can be chained. */
export class ViewBuilder {
  readonly view: LoadedView
  readonly #session: Session
  readonly #steps: Make[] = []

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

  /** Gives the view another definition; the ones before stay in its history. */
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
      const known = knownSchema(metadata.schemas, schema)
      return [
        ...(known === undefined ? [{ action: 'add-schema', schema } as const] : []),
        { action: 'add-view-version', 'view-version': viewVersion(full, namespace, next, known ?? -1, now) },
        { action: 'set-current-view-version', 'view-version-id': -1 },
      ]
    })
  }

  /** Updates that are made of what the view is when they are committed: again, when others have committed meanwhile. */
  change(make: Make): this {
    this.#steps.push(make)
    return this
  }

  /** The commit of what was collected, for the view as it is now. */
  compile(now: ViewMetadata = this.view.metadata): ViewCommit {
    const uuid = this.view.metadata['view-uuid']
    return {
      requirements: [{ type: 'assert-view-uuid', uuid }],
      updates: this.#steps.flatMap((make) => make(now)),
    }
  }

  /** Commits what was collected, as that of a table does. @returns the view after the commit */
  async commit(options: CommitOptions = {}): Promise<LoadedView> {
    const { clock } = this.#session
    const { loadView, replaceView } = viewOperations(this.#session)
    const { identifier, metadata } = this.view
    const { signal, timeoutMs } = options
    const commit = this.compile()
    if (commit.updates.length === 0)
      throw new HeadgateError('bad-request', 'There is nothing to commit: collect changes first')
    return await commitLoop<LoadedView, ViewCommit, LoadedView>(
      commit,
      {
        clock,
        properties: metadata.properties,
        send: (each) => replaceView(identifier, each, { signal, timeoutMs }),
        reload: () => loadView(identifier, { signal, timeoutMs }),
        rebase: (now) => {
          const rebased = this.compile(now.metadata)
          checkViewRequirements(now.metadata, rebased.requirements)
          return rebased
        },
        marked: () => false,
        landed: ({ updates }, now) => (viewLanded(updates, now.metadata) ? now : undefined),
      },
      options,
    )
  }
}
