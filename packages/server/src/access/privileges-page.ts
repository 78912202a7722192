import { privilegesByOperation } from './privileges-by-operation.ts'
import { requirementText } from './requirement-text.ts'

const introduction = `# Privileges

*Generated from \`packages/server/src/access/privileges-by-operation.ts\` by \`npm run docs\`; do not edit.*

A privilege is granted to a principal, a role or a group, on the server, a warehouse, a namespace, or a table or view.
It applies to the object and everything below it. \`manage\` implies \`modify\` and \`create\`, \`modify\` implies
\`select\`, and \`select\`, \`create\` and \`administer-storage\` imply \`use\`. The creator of a namespace, table or view
owns it, and has \`manage\` on it and on everything below.

\`administer-storage\` is custody of storage: the keys, endpoints, allowed locations and vending mode of a warehouse, and
the properties that it sets for its clients (\`defaults\`, \`overrides\`). Its holders may create and register tables over
existing files in the warehouse, and grant such locations to namespaces (\`headgate namespace grant-location\`).

- Only \`manage\` on the server implies it. \`manage\` on a warehouse or below does not, and neither does ownership.
- The creator of a warehouse is granted it on the warehouse.
- Only its holders, on the object or above, grant and revoke it.
- Through an engine, it is usable only if the entry of the engine names it
  (\`headgate engine set NAME --administers --only-privilege manage --only-privilege administer-storage\`).

Several privileges can be granted together, all or none: \`headgate grant give modify create --on warehouse:lakehouse --to
principal:etl\`. A principal that writes tables usually needs both, because \`modify\` does not include \`create\`. The
command line has bundles: \`reader\` (\`select\`), \`writer\` (\`modify\` and \`create\`), \`owner\` (\`manage\`).

An object that the caller may not use looks as if it did not exist (404). An operation that the caller may not perform on
an object that it may use is refused with the name of the missing privilege (403). Where the table says *or below*, \`use\`
on any object below is sufficient; the caller then sees only the names on the path to that object.

| operation | needs | notes |
|---|---|---|
`

/** Returns the text of the page `docs/reference/privileges.md`. */
export function privilegesPage(): string {
  const rows = Object.entries(privilegesByOperation).map(
    ([id, { needs, note }]) =>
      `| \`${id}\` | ${needs.map(requirementText).join('; ') || 'nothing'} | ${note ?? ''} |\n`,
  )
  return introduction + rows.join('')
}
