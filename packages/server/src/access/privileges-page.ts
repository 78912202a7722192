import { lakePrivileges } from './lake-privileges.ts'
import {
  type OperationPrivileges,
  privilegesByOperation,
  type Requirement,
} from './privileges-by-operation.ts'

const introduction = `# Privileges

*Generated from \`packages/server/src/access/privileges-by-operation.ts\` by \`npm run docs\`; do not edit.*

A privilege is granted to a principal or a role on the server, a warehouse, a namespace, or a table or view, and holds
for everything below. \`manage\` implies every other privilege, \`modify\` implies \`select\`, and \`select\` and \`create\`
imply \`use\`. Who creates a namespace, table or view owns it, and has \`manage\` on it and on everything below.

What somebody may not use looks as if it did not exist (404); what they may use but not in this way is refused with the
missing privilege named (403). Where the table says *or below*, having something to use below the object is enough: the
names on the way to it can be seen, and nothing else.

| operation | needs | notes |
|---|---|---|
`

/** The page `docs/privileges.md`. */
export function privilegesPage(): string {
  const operations: [string, OperationPrivileges][] = Object.entries({
    ...privilegesByOperation,
    ...lakePrivileges,
  })
  const rows = operations.map(
    ([id, { needs, note }]) =>
      `| \`${id}\` | ${needs.map(sentence).join('; ') || 'nothing'} | ${note ?? ''} |\n`,
  )
  return introduction + rows.join('')
}

function sentence({ privilege, object, passage, when }: Requirement): string {
  const where = passage ? `${object} or below` : object
  return `\`${privilege}\` on ${where}${when === undefined ? '' : `, when ${when}`}`
}
