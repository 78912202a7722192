import { issuerSettings, presetNames } from './issuers/schema.ts'
import { sections, type Variable } from './variable.ts'
import { variables } from './variables.ts'

const introduction = `# Configuration

*Generated from \`packages/server/src/config/variables.ts\` by \`npm run docs\`; do not edit.*

Every setting is an environment variable. Each but the secrets is a command line flag as well, which wins: \`HEADGATE_PORT\`
is \`--port\`, \`HEADGATE_INSECURE_ANONYMOUS=true\` is \`--insecure-anonymous\`, and \`--no-verify-metadata-files\` switches off.
An empty variable counts as not set. What cannot be read, contradicts itself or is an unknown flag stops the start with a
sentence that says what to do.

With nothing set, Headgate listens on http://127.0.0.1:8181 with an embedded PostgreSQL in \`.headgate\`.
`

/** The page `docs/reference/configuration.md`. */
export function configurationPage(): string {
  const all = Object.values<Variable<unknown>>(variables)
  const parts = sections.map((section) => {
    const rows = all.filter((variable) => variable.section === section).map(row)
    return `\n## ${section}\n\n| variable | value | default | |\n|---|---|---|---|\n${rows.join('')}`
  })
  return introduction + parts.join('') + issuers()
}

function issuers(): string {
  const rows = issuerSettings().map(({ name, doc }) => `| \`${name}\` | ${doc} |\n`)
  return `\n## Issuers

\`HEADGATE_ISSUERS\` is a JSON list with an object for each issuer. [Identity](../how-to/identity.md) says what they are for and has an
example; there is a page for each product that has a preset (${presetNames.map((name) => `[${name}](../how-to/identity/${name}.md)`).join(', ')}).

| setting | |
|---|---|
${rows.join('')}`
}

function row({ name, type, fallback, fallbackNote, doc }: Variable<unknown>): string {
  const value = fallbackNote ?? (fallback === undefined ? 'none' : `\`${fallback}\``)
  return `| \`${name}\` | ${type} | ${value} | ${doc} |\n`
}
