import { readFileSync } from 'node:fs'

/**
 * Keywords of JSON Schema that the generator reads. Limits of values, such as `maxLength`, are generated only in
 * strict schemas.
 */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly const?: string | boolean
  readonly enum?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | false
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly description?: string
  readonly default?: unknown
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
}

type Content = Readonly<Record<'application/json', { readonly schema: Schema }>>

/** Operation object of OpenAPI. */
export interface DocumentedOperation {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly [string]
  readonly parameters: readonly {
    readonly name: string
    readonly in: 'path' | 'query'
    readonly required: boolean
    readonly schema: Schema
  }[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

/** Members of an OpenAPI document that the generator reads. */
export interface OpenapiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

/** Reads the OpenAPI document of the management API, which `npm run docs` generates from the schemas of the server. */
export function readOpenapiDocument(): OpenapiDocument {
  const file = new URL('../../../docs/reference/management-openapi.json', import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as OpenapiDocument
}

/** Returns the last part of a reference such as `#/components/schemas/Role`. */
export const parseRefName = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1)
