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
import { call, decodeResponse, supports } from './call.ts'
import { decodeProperties } from './decode-properties.ts'
import { resolveExistence } from './existence.ts'
import type { CallResponse } from './http/send-call.ts'
import { listPages, type ListOptions, type Pages } from './pages.ts'
import {
  toIdentifier,
  decodeIdentifiers,
  encodeReferencedBy,
  toViewParams,
  type ReferencedBy,
} from './identifiers.ts'
import type { CallOptions, Session } from './session.ts'

/** Loaded view: `LoadViewResult` of the Iceberg REST specification, with the name of the view. */
export interface LoadedView {
  readonly identifier: TableIdentifier
  readonly metadataLocation: string
  readonly metadata: ViewMetadata
  /** Configuration for access to this view. May contain secrets. */
  readonly config: StringMap
}

/** Definition of a view: its query, and the schema of its rows. */
export interface ViewDefinition {
  /** Schema of the rows that the view returns. */
  readonly schema: StructType | Schema
  /** Query in one or more dialects: `{ type: 'sql', sql, dialect: 'spark' }`. */
  readonly representations: readonly ViewRepresentation[]
  /** Namespace of tables and views that the query names without a namespace. Default: the namespace of the view. */
  readonly defaultNamespace?: Namespace
  /** Catalog of tables and views that the query names without a catalog. Default: the catalog of the view. */
  readonly defaultCatalog?: string
  /** Program that created this version: `engine-name`, `engine-version` … */
  readonly summary?: StringMap
}

/** Definition, location and properties of a view to create. */
export interface NewView extends ViewDefinition {
  /** Location of the view. Default: the server chooses a location. */
  readonly location?: string
  readonly properties?: StringMap
}

/** Atomic change of a view: the server applies all updates or none. */
export interface ViewCommit {
  readonly requirements: readonly ViewRequirement[]
  /** Updates in the order in which the server applies them. */
  readonly updates: readonly ViewUpdate[]
}

export interface ViewOperations {
  /** Lists the views of a namespace. Fetches each page when the iteration reaches it. */
  listViews(namespace: Namespace, options?: ListOptions): Pages<TableIdentifier>
  loadView(identifier: TableIdentifier, options?: CallOptions & ReferencedBy): Promise<LoadedView>
  viewExists(identifier: TableIdentifier, options?: CallOptions): Promise<boolean>
  /**
   * Creates a view.
   *
   * @example
   * ```ts
   * await catalog.createView({ namespace: ['sales'], name: 'recent' }, {
   *   schema: { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: true }] },
   *   representations: [{ type: 'sql', dialect: 'spark', sql: 'SELECT id FROM orders' }],
   * })
   * ```
   */
  createView(identifier: TableIdentifier, view: NewView, options?: CallOptions): Promise<LoadedView>
  /** Commits to a view in one request. `updateView` also handles conflicts with other commits. */
  replaceView(identifier: TableIdentifier, commit: ViewCommit, options?: CallOptions): Promise<LoadedView>
  /** Registers an existing metadata file as a view. */
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
    const rawQuery = { 'referenced-by': encodeReferencedBy(session, { referencedBy }) }
    const response = await call(session, 'loadView', { ...options, ...toViewParams(identifier), rawQuery })
    return decodeLoadedView('loadView', response, identifier)
  },

  async viewExists(identifier, options = {}) {
    const id = supports(session, 'viewExists') ? 'viewExists' : 'loadView'
    return await resolveExistence(call(session, id, { ...options, ...toViewParams(identifier) }))
  },

  async createView(identifier, view, options = {}) {
    const { namespace, name } = identifier
    const { schema, location, properties = {} } = view
    const body = {
      name,
      location,
      schema: encodeSchema({ 'schema-id': 0, ...schema }),
      'view-version': toViewVersion(view, namespace, 1, 0, session.clock.now()),
      properties,
    }
    const response = await call(session, 'createView', { ...options, namespace, body })
    return decodeLoadedView('createView', response, identifier)
  },

  replaceView: (identifier, commit, options) => replaceView(session, identifier, commit, options),

  async registerView(identifier, { metadataLocation }, options = {}) {
    const { namespace, name } = identifier
    const body = { name, 'metadata-location': metadataLocation }
    const response = await call(session, 'registerView', { ...options, namespace, body })
    return decodeLoadedView('registerView', response, identifier)
  },

  async dropView(identifier, options = {}) {
    await call(session, 'dropView', { ...options, ...toViewParams(identifier) })
  },

  async renameView(from, to, options = {}) {
    await call(session, 'renameView', {
      ...options,
      body: { source: toIdentifier(from), destination: toIdentifier(to) },
    })
  },
})

/** Commits to a view in one request. */
async function replaceView(
  session: Session,
  identifier: TableIdentifier,
  { requirements, updates }: ViewCommit,
  options: CallOptions = {},
): Promise<LoadedView> {
  const body = {
    identifier: toIdentifier(identifier),
    requirements: requirements.map((requirement) => ({ ...requirement })),
    updates: updates.map(encodeViewUpdate),
  }
  const response = await call(session, 'replaceView', { ...options, ...toViewParams(identifier), body })
  return decodeLoadedView('replaceView', response, identifier)
}

const encodeViewUpdate = (update: ViewUpdate): JsonObject =>
  update.action === 'add-schema' ? { ...update, schema: encodeSchema(update.schema) } : { ...update }

/**
 * Converts a view definition to a view version in the JSON form of the protocol. The server may assign another version
 * id.
 */
export function toViewVersion(
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

function decodeLoadedView(
  operation: OperationId,
  response: CallResponse,
  identifier: TableIdentifier,
): LoadedView {
  return decodeResponse(operation, response.json, (value) => {
    const body = decodeObject(value)
    return {
      identifier: toIdentifier(identifier),
      metadataLocation: required(body, 'metadata-location', decodeString),
      metadata: required(body, 'metadata', decodeViewMetadata),
      config: optional(body, 'config', decodeProperties) ?? {},
    }
  })
}
