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
import { call, decodeResponse } from './call.ts'
import { listPages, type ListOptions, type Pages } from './pages.ts'
import { toIdentifier } from './identifiers.ts'
import type { CallOptions, Session } from './session.ts'

/** Type of a parameter or result: a name (`int`, `decimal(9,2)`), or an object for a nested type. */
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
  /** Result of the function if an argument is null: null, or the result of a call. Default: `call`. */
  readonly 'on-null-input'?: 'return-null' | 'call'
  /** Time of creation of this version, in epoch ms. */
  readonly 'timestamp-ms': Int64
}

/** One overload of a function. Overloads of a function have the same name and different parameters. */
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

/** Metadata of a function, with the field names of the Iceberg UDF specification, version 1. */
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

/** Function with its name and the location of its metadata. */
export interface LoadedFunction {
  readonly identifier: TableIdentifier
  readonly metadataLocation: string | null
  readonly metadata: FunctionMetadata
}

export interface FunctionOperations {
  /** Lists the functions of a namespace. Fetches each page when the iteration reaches it. */
  listFunctions(namespace: Namespace, options?: ListOptions): Pages<TableIdentifier>
  loadFunction(identifier: TableIdentifier, options?: CallOptions): Promise<LoadedFunction>
}

export const functionOperations = (session: Session): FunctionOperations => ({
  listFunctions: (namespace, options) =>
    listPages(
      session,
      'listFunctions',
      { namespace, member: 'identifiers', decode: decodeFunctionIdentifiers },
      options,
    ),

  async loadFunction(identifier, options = {}) {
    const { namespace, name } = identifier
    const { json } = await call(session, 'loadFunction', { ...options, namespace, function: name })
    return decodeResponse('loadFunction', json, (value) => {
      const body = decodeObject(value)
      return {
        identifier: toIdentifier(identifier),
        metadataLocation: optional(body, 'metadata-location', decodeString) ?? null,
        metadata: required(body, 'metadata', decodeFunction),
      }
    })
  },
})

/** Decodes lists of namespace levels followed by a name (Iceberg REST specification, `CatalogObjectIdentifier`). */
function decodeFunctionIdentifiers(value: Json): readonly TableIdentifier[] {
  return decodeArray(value, (item) => {
    const levels = decodeStrings(item)
    const name = levels.at(-1)
    if (name === undefined) throw invalidField('the identifier of a function is an empty list')
    return { namespace: levels.slice(0, -1), name }
  })
}

/**
 * Decodes the metadata of a function. Checks only the fields that every reader needs, and returns all other fields
 * unchanged.
 */
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
