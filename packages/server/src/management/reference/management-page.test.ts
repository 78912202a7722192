import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { OperationPrivileges } from '../../access/operation-privileges.ts'
import { privilegesByOperation } from '../../access/privileges-by-operation.ts'
import { commonErrors, toWireErrors } from '../error-responses.ts'
import type { OpenapiDocument } from '../openapi.ts'
import type { JsonSchema } from './json-schema.ts'
import { managementPage } from './management-page.ts'
import type { DocumentedOperation } from './operation-section.ts'

const docs = new URL('../../../../../docs/reference/', import.meta.url)
const page = readFileSync(new URL('management-api.md', docs), 'utf8')
const document: OpenapiDocument = JSON.parse(
  readFileSync(new URL('management-openapi.json', docs), 'utf8'),
) as OpenapiDocument
const schemas = document.components['schemas'] as Readonly<Record<string, JsonSchema>>

/** Texts of the sections with a heading of the third level, by their headings. */
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')), text.replace(/^## [^]*/m, '')]),
)

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    ...(operation as DocumentedOperation & { readonly operationId: string }),
    path,
    method: method.toUpperCase(),
  })),
)

const section = (name: string): string => sections.get(name) ?? `no section ${name}`

function membersOf(schema: JsonSchema): readonly string[] {
  const resolved = schemas[schema.$ref?.split('/').at(-1) ?? ''] ?? schema
  const parts = resolved.anyOf ?? resolved.oneOf ?? [resolved]
  return parts.flatMap((part) => Object.keys(part.properties ?? {}))
}

describe('docs/reference/management-api.md', () => {
  it('the reference page of the management API equals the page that the operations generate (npm run docs)', () => {
    expect(managementPage(document, privilegesByOperation)).toBe(page)
  })

  it('the reference page of the management API has one section for each operation, and one for each object that it links', () => {
    const linked = [...page.matchAll(/\]\(#([a-z0-9]+)\)/g)].map(([, anchor]) => anchor)
    const objects = Object.keys(schemas).filter((name) => linked.includes(name.toLowerCase()))
    expect([...sections.keys()].toSorted()).toEqual(
      [...operations.map(({ operationId }) => operationId), ...objects].toSorted(),
    )
    const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase())
    expect(headings.filter((heading, at) => headings.indexOf(heading) !== at)).toEqual([])
    expect(linked.filter((anchor) => !headings.includes(anchor ?? ''))).toEqual([])
  })

  it.each(operations.map((operation) => [operation.operationId, operation] as const))(
    'the reference of the operation %s has its request line, parameters, body, responses, errors and privileges',
    (name, { method, path, summary, parameters, requestBody, responses }) => {
      const text = section(name)
      expect(text).toContain(`\n\`${method} ${path}\`\n\n${summary}\n`)
      const rows = [...text.matchAll(/^\| `(\w+)` \| (path|query) \| .* \| (yes|no) \| /gm)]
      expect(rows.map(([, parameter, where, required]) => [parameter, where, required === 'yes'])).toEqual(
        parameters.map((parameter) => [parameter.name, parameter.in, parameter.required]),
      )
      const body = requestBody?.content['application/json'].schema ?? {}
      const described = /\nBody: \[(\w+)\]/.exec(text)?.[1]
      const bodyText = described === undefined ? text : section(described)
      for (const member of membersOf(body)) expect(bodyText).toContain(`\n| \`${member}\` | `)
      for (const [status, { content }] of Object.entries(responses)) {
        if (status === 'default') continue
        expect(text).toMatch(new RegExp(`^(Response|Error) ${status}\\b`, 'm'))
        const schema = content?.['application/json'].schema
        if (!status.startsWith('2') || schema?.$ref !== undefined) continue
        for (const member of membersOf(schema ?? {})) expect(text).toContain(`\n| \`${member}\` | `)
      }
      const { needs } = privilegesByOperation[name] as OperationPrivileges
      for (const { privilege, object } of needs) expect(text).toContain(`\`${privilege}\` on ${object}`)
    },
  )

  it('the reference page of the management API lists every member of an object in the section of the object', () => {
    for (const name of Object.keys(schemas).filter((each) => sections.has(each)))
      for (const member of membersOf({ $ref: `#/components/schemas/${name}` }))
        expect(section(name)).toContain(`\n| \`${member}\` | `)
  })

  it('the reference page of the management API lists the status and type of every error that all operations can return', () => {
    for (const { status, type } of toWireErrors(commonErrors))
      expect(page).toContain(`\n| ${status} | \`${type}\` | `)
  })
})
