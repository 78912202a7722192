import { lakePrivileges } from './lake-privileges.ts'
import {
  type OperationPrivileges,
  privilegesByOperation,
  type Requirement,
} from './privileges-by-operation.ts'

const introduction = `# Privileges

*Generated from \`packages/server/src/access/privileges-by-operation.ts\` by \`npm run docs\`; do not edit.*

A privilege is granted to a principal or a role on the server, a warehouse, a namespace, or a table or view, and holds
for everything below. \`manage\` implies \`modify\` and \`create\`, \`modify\` implies \`select\`, and \`select\`, \`create\`
and \`administer-storage\` imply \`use\`. The creator of a namespace, table or view owns it, and has \`manage\` on it and on
everything below.

\`administer-storage\` is custody of storage: the keys, endpoints, allowed locations and vending mode of a warehouse, and
the properties that it sets at its clients (\`defaults\`, \`overrides\`). It lets its holder create and register tables over
files that lie in the warehouse, and grant such places to namespaces (\`headgate namespace grant-location\`). Only
\`manage\` on the server implies it; \`manage\` on a warehouse or below, and ownership, do not. The creator of a warehouse is granted it there. Its holders on an object,
or above, are the only ones who grant and revoke it. Through an engine it is used only when the engine's entry names it
(\`headgate engine set NAME --administers --only-privilege manage --only-privilege administer-storage\`).

Several privileges are granted at once, all or none: \`headgate grant give modify create --on warehouse:lakehouse --to
principal:etl\`. Who writes tables usually needs both, because \`modify\` does not include \`create\`. Bundles of the command
line name what usually goes together: \`reader\` (\`select\`), \`writer\` (\`modify\` and \`create\`), \`owner\` (\`manage\`).

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
