import { format, resolveConfig } from 'prettier'
import type { OpenapiDocument } from './openapi-document.ts'
import { operationSchemas } from './render-operation.ts'
import { renderType } from './render-schema.ts'

const header = `// Generated from docs/reference/management-openapi.json by \`npm run docs\`. Do not edit.

import type { Json, OpenEnum } from '../json.ts'

`

/**
 * Generates the types of the management API without functions and decoders, for the web console: each component, and the
 * response of each operation that is not a component. Returns the text of the file.
 */
export async function generateTypes({ paths, components }: OpenapiDocument): Promise<string> {
  const types = Object.entries(components.schemas).map(
    ([name, schema]) => `export type ${name} = ${renderType(schema)}\n`,
  )
  const responses = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const { response } = operationSchemas({ ...operation, path, method })
      if (response === undefined || response.$ref !== undefined) return []
      const { operationId } = operation
      const name = `${operationId[0]?.toUpperCase()}${operationId.slice(1)}Response`
      return [`export type ${name} = ${renderType(response)}\n`]
    }),
  )
  const config = await resolveConfig(import.meta.filename)
  return format(header + [...types, ...responses].join('\n'), { ...config, parser: 'typescript' })
}
