import type { OperationPrivileges } from '../../access/operation-privileges.ts'
import { requirementText } from '../../access/requirement-text.ts'
import { type JsonSchema, refName } from './json-schema.ts'
import { cell, meaning, memberRows, memberTable } from './member-rows.ts'
import { typeText } from './type-text.ts'

type Content = Readonly<Record<'application/json', { readonly schema: JsonSchema }>>

/** Operation of the OpenAPI document. */
export interface DocumentedOperation {
  readonly id: string
  readonly tag: string
  readonly method: string
  readonly path: string
  readonly summary: string
  readonly parameters: readonly {
    readonly name: string
    readonly in: 'path' | 'query'
    readonly required: boolean
    readonly description?: string
    readonly schema: JsonSchema
  }[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly description?: string; readonly content?: Content }>>
}

/**
 * Returns the section of the reference page about one operation.
 *
 * @param schemas components of the document by name
 */
export function operationSection(
  operation: DocumentedOperation,
  privileges: OperationPrivileges | undefined,
  schemas: Readonly<Record<string, JsonSchema>>,
): string {
  const { id, method, path, summary } = operation
  const parts = [
    `### ${id}`,
    `\`${method} ${path}\``,
    summary,
    needsText(privileges),
    parametersText(operation),
    bodyText(operation, schemas),
    ...responseTexts(operation),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function needsText(privileges: OperationPrivileges | undefined): string {
  if (privileges === undefined) return ''
  const { needs, note = '' } = privileges
  const [first, ...others] = needs.map(requirementText)
  const text =
    others.length === 0
      ? `Needs ${first ?? 'no privilege'}.`
      : ['Needs:\n', ...[first, ...others].map((need) => `- ${need}`)].join('\n')
  return [text, note].filter((part) => part !== '').join(others.length === 0 ? ' ' : '\n\n')
}

function parametersText({ parameters }: DocumentedOperation): string {
  if (parameters.length === 0) return ''
  const rows = parameters.map(
    ({ name, in: where, required, description, schema }) =>
      `| \`${name}\` | ${where} | ${typeText(schema)} | ${required ? 'yes' : 'no'} | ${meaning({
        ...schema,
        ...(description === undefined ? {} : { description }),
      })} |`,
  )
  return ['| parameter | in | type | required | meaning |', '|---|---|---|---|---|', ...rows].join('\n')
}

function bodyText(
  { requestBody }: DocumentedOperation,
  schemas: Readonly<Record<string, JsonSchema>>,
): string {
  if (requestBody === undefined) return ''
  const { schema: body } = requestBody.content['application/json']
  const schema = schemas[refName(body) ?? ''] ?? body
  if (schema.properties === undefined) return `Body: ${typeText(body)}.`
  return `Body:\n\n${memberTable(memberRows(schema), 'request').trimEnd()}`
}

function responseTexts({ responses }: DocumentedOperation): readonly string[] {
  return Object.entries(responses).flatMap(([status, { description = '', content }]) => {
    if (status === 'default') return []
    if (!status.startsWith('2')) return [`Error ${status}: ${withCode(description)}`]
    if (content === undefined) return [`Response ${status}, without a body: ${cell(description)}`]
    const { schema } = content['application/json']
    if (schema.properties === undefined) return [`Response ${status}, ${typeText(schema)}: ${description}`]
    return [`Response ${status}: ${description}`, memberTable(memberRows(schema), 'response').trimEnd()]
  })
}

/** Formats the error types in a description as Markdown code. */
function withCode(description: string): string {
  return description.replaceAll(/\b(\w+Exception):/g, '`$1`:')
}
