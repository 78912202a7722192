import type { JsonObject } from '@headgate/json'
import { decodeObject, decodeString, optional, required, type StringMap } from '../fields.ts'
import { encodeSchema } from '../metadata/schema/encode-schema.ts'
import type { Schema, StructType } from '../metadata/schema/types.ts'
import type { TableIdentifier } from '../rest/identifier.ts'
import type { Namespace } from '../rest/names.ts'
import type { OperationId } from '../rest/operations.ts'
import { decodeViewMetadata } from '../view/decode-view-metadata.ts'
import type { ViewMetadata, ViewRepresentation } from '../view/view-metadata.ts'
import type { ViewRequirement, ViewUpdate } from '../view/view-update.ts'
import { call, readAs, supports } from './call.ts'
import { decodeProperties } from './decode-properties.ts'
import { existence } from './existence.ts'
import type { CallResponse } from './http/send-call.ts'
import { listPages, type ListOptions, type Pages } from './pages.ts'
import { bare, decodeIdentifiers, referencedByOf, viewPlaceOf, type ReferencedBy } from './place.ts'
import type { CallOptions, Session } from './session.ts'

/** A view as a client holds it: `LoadViewResult` of the Iceberg REST specification, with its name. */
export interface LoadedView {
  readonly identifier: TableIdentifier
  readonly metadataLocation: string
  readonly metadata: ViewMetadata
  /** What the server says about access to this view. May hold secrets. */
  readonly config: StringMap
}

/** What a view says. */
export interface ViewDefinition {
  /** Of what it gives. */
  readonly schema: StructType | Schema
  /** The same in one dialect or more: `{ type: 'sql', sql, dialect: 'spark' }`. */
  readonly representations: readonly ViewRepresentation[]
  /** For names without one. Default: that of the view. */
  readonly defaultNamespace?: Namespace
  /** For names without one. Default: that of the view. */
  readonly defaultCatalog?: string
  /** Who made this version, and with what: `engine-name`, `engine-version` … */
  readonly summary?: StringMap
}

/** A view that is to be created. */
export interface NewView extends ViewDefinition {
  /** Default: the server chooses. */
  readonly location?: string
  readonly properties?: StringMap
}

/** A change to a view that is made as a whole or not at all. */
export interface ViewCommit {
  readonly requirements: readonly ViewRequirement[]
  /** In the order in which they are applied. */
  readonly updates: readonly ViewUpdate[]
}

export interface ViewOperations {
  /** The views of a namespace; pages are fetched as they are needed. */
  listViews(namespace: Namespace, options?: ListOptions): Pages<TableIdentifier>
  loadView(identifier: TableIdentifier, options?: CallOptions & ReferencedBy): Promise<LoadedView>
  viewExists(identifier: TableIdentifier, options?: CallOptions): Promise<boolean>
  /**
   * @example
   * ```ts
   * await catalog.createView({ namespace: ['sales'], name: 'recent' }, {
   *   schema: { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: true }] },
   *   representations: [{ type: 'sql', dialect: 'spark', sql: 'SELECT id FROM orders' }],
   * })
   * ```
   */
  createView(identifier: TableIdentifier, view: NewView, options?: CallOptions): Promise<LoadedView>
  /** Commits to a view, in one request: see `updateView` for one that minds others who commit. */
  replaceView(identifier: TableIdentifier, commit: ViewCommit, options?: CallOptions): Promise<LoadedView>
  /** Makes a view of a metadata file that is there already. */
  registerView(
    identifier: TableIdentifier,
    registration: { readonly metadataLocation: string },
    options?: CallOptions,
  ): Promise<LoadedView>
  dropView(identifier: TableIdentifier, options?: CallOptions): Promise<void>
  renameView(from: TableIdentifier, to: TableIdentifier, options?: CallOptions): Promise<void>
}

export const viewOperations = (session: Session): ViewOperations => ({
  listViews: (namespace, options) =>
    listPages(session, 'listViews', { namespace, member: 'identifiers', decode: decodeIdentifiers }, options),

  async loadView(identifier, { referencedBy, ...options } = {}) {
    const rawQuery = { 'referenced-by': referencedByOf(session, { referencedBy }) }
    const answer = await call(session, 'loadView', { ...options, ...viewPlaceOf(identifier), rawQuery })
    return readLoadedView('loadView', answer, identifier)
  },

  async viewExists(identifier, options = {}) {
    const id = supports(session, 'viewExists') ? 'viewExists' : 'loadView'
    return await existence(call(session, id, { ...options, ...viewPlaceOf(identifier) }))
  },

  async createView(identifier, view, options = {}) {
    const { namespace, name } = identifier
    const { schema, location, properties = {} } = view
    const body = {
      name,
      location,
      schema: encodeSchema({ 'schema-id': 0, ...schema }),
      'view-version': viewVersion(view, namespace, 1, 0, session.clock.now()),
      properties,
    }
    const answer = await call(session, 'createView', { ...options, namespace, body })
    return readLoadedView('createView', answer, identifier)
  },

  replaceView: (identifier, commit, options) => replaceView(session, identifier, commit, options),

  async registerView(identifier, { metadataLocation }, options = {}) {
    const { namespace, name } = identifier
    const body = { name, 'metadata-location': metadataLocation }
    const answer = await call(session, 'registerView', { ...options, namespace, body })
    return readLoadedView('registerView', answer, identifier)
  },

  async dropView(identifier, options = {}) {
    await call(session, 'dropView', { ...options, ...viewPlaceOf(identifier) })
  },

  async renameView(from, to, options = {}) {
    await call(session, 'renameView', { ...options, body: { source: bare(from), destination: bare(to) } })
  },
})

export async function replaceView(
  session: Session,
  identifier: TableIdentifier,
  { requirements, updates }: ViewCommit,
  options: CallOptions = {},
): Promise<LoadedView> {
  const body = {
    identifier: bare(identifier),
    requirements: requirements.map((requirement) => ({ ...requirement })),
    updates: updates.map(encodeViewUpdate),
  }
  const answer = await call(session, 'replaceView', { ...options, ...viewPlaceOf(identifier), body })
  return readLoadedView('replaceView', answer, identifier)
}

const encodeViewUpdate = (update: ViewUpdate): JsonObject =>
  update.action === 'add-schema' ? { ...update, schema: encodeSchema(update.schema) } : { ...update }

/** A version of a view as it is sent: the server gives it its own id. */
export function viewVersion(
  { representations, defaultNamespace, defaultCatalog, summary = {} }: ViewDefinition,
  namespace: Namespace,
  versionId: number,
  schemaId: number,
  now: number,
): Extract<ViewUpdate, { action: 'add-view-version' }>['view-version'] {
  return {
    'version-id': versionId,
    'timestamp-ms': now,
    'schema-id': schemaId,
    summary,
    'default-namespace': defaultNamespace ?? namespace,
    ...(defaultCatalog === undefined ? {} : { 'default-catalog': defaultCatalog }),
    representations,
  }
}

function readLoadedView(
  operation: OperationId,
  answer: CallResponse,
  identifier: TableIdentifier,
): LoadedView {
  return readAs(operation, answer.json, (value) => {
    const body = decodeObject(value)
    return {
      identifier: bare(identifier),
      metadataLocation: required(body, 'metadata-location', decodeString),
      metadata: required(body, 'metadata', decodeViewMetadata),
      config: optional(body, 'config', decodeProperties) ?? {},
    }
  })
}
