import { readFileSync } from 'node:fs'
import { readYaml } from './read-yaml.ts'

/** Schema object with the keywords of JSON Schema that the specification uses. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly nullable?: boolean
  readonly enum?: readonly string[]
  readonly description?: string
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema
  readonly items?: Schema
  readonly minItems?: number
  readonly maxItems?: number
  readonly oneOf?: readonly Schema[]
}

/** Parameter object of OpenAPI, or a reference to a parameter object. */
interface Parameter {
  readonly $ref?: string
  readonly name?: string
  readonly in?: string
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>

/** Operation object of OpenAPI, with the members that the generator reads. */
export interface SpecifiedOperation {
  readonly operationId: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content; readonly required?: boolean }
  readonly responses: Readonly<Record<string, { readonly $ref?: string; readonly content?: Content }>>
}

/** Parts of an OpenAPI document that the generator reads. */
export interface Specification {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, SpecifiedOperation | readonly Parameter[]>>>
  >
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>
    readonly parameters: Readonly<Record<string, Parameter>>
    readonly responses: Readonly<Record<string, { readonly content?: Content }>>
  }
}

/** Reads the pinned Lance Namespace specification. */
export async function readSpecification(): Promise<Specification> {
  const file = new URL('../../../spec/lance/spec.yaml', import.meta.url)
  return (await readYaml(readFileSync(file, 'utf8'))) as unknown as Specification
}

/** Returns the last part of a reference such as `#/components/schemas/Name`. */
export const parseRefName = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1)
