import type { OperationPrivileges } from '../../access/operation-privileges.ts'
import { type OperationErrors, toWireErrors, commonErrors } from '../error-responses.ts'
import type { OpenapiDocument } from '../openapi.ts'
import { componentSections } from './component-sections.ts'
import { introduction } from './introduction.ts'
import type { JsonSchema } from './json-schema.ts'
import { type DocumentedOperation, operationSection } from './operation-section.ts'

/** Titles of the groups of operations, by the tag in the document, in the order of the page. */
const groups: Readonly<Record<string, string>> = {
  principals: 'Operations on principals',
  roles: 'Operations on roles',
  groups: 'Operations on groups',
  grants: 'Operations on grants',
  access: 'Rights of principals',
  engines: 'Operations on engines',
  warehouses: 'Operations on warehouses',
  storage: 'Storage of warehouses',
  namespaces: 'Operations on namespaces',
  relations: 'Operations on tables and views',
  search: 'Search of names',
  dropped: 'Operations on dropped tables and views',
  protection: 'Protection against drops',
  credentials: 'Issued storage credentials',
  audit: 'Audit log',
  issuers: 'Configured issuers',
  jobs: 'Background jobs',
  console: 'Sessions of the web console',
  keys: 'Keys of the server',
}

/**
 * Returns the text of the page `docs/reference/management-api.md`.
 *
 * @param document OpenAPI document of the operations
 * @param privileges required privileges by the id of the operation
 * @throws Error for a group of operations without a title
 */
export function managementPage(
  document: OpenapiDocument,
  privileges: Readonly<Record<string, OperationPrivileges>>,
): string {
  const operations = listOperations(document)
  const unknown = operations.find(({ tag }) => groups[tag] === undefined)
  if (unknown !== undefined) throw new Error(`The group ${unknown.tag} has no title in management-page.ts.`)
  const schemas = document.components['schemas'] as Readonly<Record<string, JsonSchema>>
  const sections = Object.entries(groups).map(([tag, title]) => {
    const own = operations.filter((operation) => operation.tag === tag)
    const texts = own.map((each) => operationSection(each, privileges[each.id], schemas))
    return `## ${title}\n\n${texts.join('\n')}`
  })
  const body = sections.join('\n')
  return `${introduction}${errorTable(commonErrors)}\n${body}\n${componentSections(document, body)}`
}

function errorTable(errors: OperationErrors): string {
  const rows = toWireErrors(errors).map(({ status, type, when }) => `| ${status} | \`${type}\` | ${when} |\n`)
  return `| status | type | when |\n|---|---|---|\n${rows.join('')}`
}

function listOperations({ paths }: OpenapiDocument): readonly DocumentedOperation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const { operationId, tags, ...rest } = operation as Omit<DocumentedOperation, 'id' | 'tag'> & {
        readonly operationId: string
        readonly tags: readonly [string]
      }
      return { ...rest, id: operationId, tag: tags[0], method: method.toUpperCase(), path }
    }),
  )
}
