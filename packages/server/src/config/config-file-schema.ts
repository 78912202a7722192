import { z } from 'zod'
import { issuerSchema } from './issuers/schema.ts'
import { removeMarkdown } from './plain-text.ts'
import type { ValueSchema, Variable } from './variable.ts'
import { variables } from './variables.ts'

/** Returns the JSON Schema of the configuration file, `docs/reference/headgate.schema.json`. */
export function configFileSchema(): ValueSchema {
  const settings = Object.values<Variable<unknown>>(variables).filter(
    ({ flag, name }) => flag !== undefined && name !== 'HEADGATE_CONFIG',
  )
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration file of the Headgate server',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(
      settings.map((variable) => [
        variable.key,
        { description: removeMarkdown(variable.doc), ...toSchema(variable) },
      ]),
    ),
  }
}

/** Returns the JSON Schema of a variable's value in the file. */
function toSchema({ name, schema }: Variable<unknown>): ValueSchema {
  if (name !== 'HEADGATE_ISSUERS') return schema
  const { $schema: _, ...items } = z.toJSONSchema(issuerSchema, { io: 'input' })
  return { anyOf: [{ type: 'array', items, maxItems: 100 }, { type: 'string' }] }
}
