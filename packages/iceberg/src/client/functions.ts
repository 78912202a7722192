import type { Int64, Json, JsonObject } from '@headgate/json'
import {
  decodeArray,
  decodeObject,
  decodeString,
  decodeStrings,
  optional,
  required,
  invalidField,
  type StringMap,
} from '../fields.ts'
import type { TableIdentifier } from '../rest/identifier.ts'
import type { Namespace } from '../rest/names.ts'
import { call, readAs } from './call.ts'
import { listPages, type ListOptions, type Pages } from './pages.ts'
import { bare } from './place.ts'
import type { CallOptions, Session } from './session.ts'

/** A type as functions have it: a name (`int`, `decimal(9,2)`), or a nested one. */
export type FunctionType = string | (JsonObject & { readonly type: 'list' | 'map' | 'struct' })

export interface FunctionParameter extends JsonObject {
  readonly name: string
  readonly type: FunctionType
  readonly doc?: string
}

export interface FunctionVersion extends JsonObject {
  readonly 'version-id': number
  readonly representations: readonly (JsonObject & {
    readonly type: string
    readonly dialect?: string
    readonly sql?: string
  })[]
  readonly deterministic?: boolean
  /** Default: `call`. */
  readonly 'on-null-input'?: 'return-null' | 'call'
  /** Epoch milliseconds. */
  readonly 'timestamp-ms': Int64
}

/** One function of those that share a name: they differ in their parameters. */
export interface FunctionDefinition extends JsonObject {
  readonly 'definition-id': string
  readonly 'specific-name'?: string
  readonly parameters: readonly FunctionParameter[]
  readonly 'return-type': FunctionType
  readonly 'return-nullable'?: boolean
  readonly versions: readonly FunctionVersion[]
  readonly 'current-version-id': number
  readonly 'function-type': 'udf' | 'udtf'
  readonly doc?: string
}

/** A function (Iceberg UDF specification, version 1), with the specification's own names. */
export interface FunctionMetadata extends JsonObject {
  readonly 'function-uuid': string
  readonly 'format-version': number
  readonly definitions: readonly FunctionDefinition[]
  readonly 'definition-log': readonly JsonObject[]
  readonly location?: string
  readonly properties?: StringMap
  readonly secure?: boolean
  readonly doc?: string
}

/** A function as it was loaded. */
export interface LoadedFunction {
  readonly identifier: TableIdentifier
  readonly metadataLocation: string | null
  readonly metadata: FunctionMetadata
}

export interface FunctionOperations {
  /** The functions of a namespace; pages are fetched as they are needed. */
  listFunctions(namespace: Namespace, options?: ListOptions): Pages<TableIdentifier>
  loadFunction(identifier: TableIdentifier, options?: CallOptions): Promise<LoadedFunction>
}

export const functionOperations = (session: Session): FunctionOperations => ({
  listFunctions: (namespace, options) =>
    listPages(
      session,
      'listFunctions',
      { namespace, member: 'identifiers', decode: decodeObjectNames },
      options,
    ),

  async loadFunction(identifier, options = {}) {
    const { namespace, name } = identifier
    const { json } = await call(session, 'loadFunction', { ...options, namespace, function: name })
    return readAs('loadFunction', json, (value) => {
      const body = decodeObject(value)
      return {
        identifier: bare(identifier),
        metadataLocation: optional(body, 'metadata-location', decodeString) ?? null,
        metadata: required(body, 'metadata', decodeFunction),
      }
    })
  },
})

/** Levels of a namespace, then a name (Iceberg REST specification, `CatalogObjectIdentifier`). */
function decodeObjectNames(value: Json): readonly TableIdentifier[] {
  return decodeArray(value, (item) => {
    const levels = decodeStrings(item)
    const name = levels.at(-1)
    if (name === undefined) throw invalidField('a name without levels')
    return { namespace: levels.slice(0, -1), name }
  })
}

/** Checks what everybody needs; the rest is as it came. */
function decodeFunction(value: Json): FunctionMetadata {
  const metadata = decodeObject(value)
  required(metadata, 'function-uuid', decodeString)
  required(metadata, 'definitions', (list) =>
    decodeArray(list, (item) => {
      const definition = decodeObject(item)
      required(definition, 'definition-id', decodeString)
      for (const member of ['parameters', 'versions'])
        required(definition, member, (objects) => decodeArray(objects, decodeObject))
    }),
  )
  return metadata as FunctionMetadata
}
