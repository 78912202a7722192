import { listIssuerSettings, presetNames } from './issuers/schema.ts'
import { sections, type Variable } from './variable.ts'
import { variables } from './variables.ts'

const introduction = `# Configuration

*Generated from \`packages/server/src/config/variables.ts\` by \`npm run docs\`; do not edit.*

Every setting is an environment variable. Every setting that is not a secret is also a command line flag and a key of the
configuration file: \`HEADGATE_PORT\` is \`--port\` and \`port: 8181\`, \`HEADGATE_INSECURE_ANONYMOUS=true\` is
\`--insecure-anonymous\`, and \`HEADGATE_VERIFY_METADATA_FILES=false\` is \`--no-verify-metadata-files\`. Flags override
variables, variables override the file, and the file overrides the defaults. An empty variable counts as not set. The server
does not start with an invalid value, with settings that contradict each other, or with an unknown flag or key. The error
states the necessary change.

Without any setting, Headgate listens on http://127.0.0.1:8181 with an embedded PostgreSQL in \`.headgate\`.
`

const configurationFile = `
The keys of the file are the names of the flags. Lists are YAML lists, and \`issuers\` is a list of the objects of
[Issuers](#issuers). Relative paths start at the current directory of the server. An unknown key is refused, and the error
names the most similar one. Secrets are refused too: \`database-url-file\`, \`master-key-file\` and
\`master-key-previous-file\` name files with them. [headgate.schema.json](headgate.schema.json) is the JSON schema of the file,
with which editors check and complete it.

\`\`\`yaml
# headgate serve --config headgate.yaml
host: 0.0.0.0
public-url: https://catalog.example.com
s3-public-url: https://s3.example.com
database-url-file: /run/secrets/database-url
master-key-file: /run/secrets/master-key
trusted-proxies: [10.0.0.0/8]
workers: auto
issuers:
  - issuer: https://login.example.com/realms/acme
    preset: keycloak
    audience: headgate
\`\`\`
`

/** Returns the page `docs/reference/configuration.md`. */
export function configurationPage(): string {
  const all = Object.values<Variable<unknown>>(variables)
  const tables = sections.map((section) => {
    const rows = all.filter((variable) => variable.section === section).map(formatVariable)
    const page = `\n## ${section}\n\n| variable | value | default | description |\n|---|---|---|---|\n${rows.join('')}`
    return section === 'Configuration file' ? page + configurationFile : page
  })
  return introduction + tables.join('') + formatIssuers()
}

function formatIssuers(): string {
  const rows = listIssuerSettings().map(({ name, doc }) => `| \`${name}\` | ${doc} |\n`)
  return `\n## Issuers

\`HEADGATE_ISSUERS\` is a JSON list with one object for each issuer, or the path of a file with such a list.
[Identity providers](../how-to/identity.md) explains its use with an example. Each product with a preset has a page
(${presetNames.map((name) => `[${name}](../how-to/identity/${name}.md)`).join(', ')}).

| setting | description |
|---|---|
${rows.join('')}`
}

function formatVariable({ name, type, fallback, fallbackNote, doc }: Variable<unknown>): string {
  const value = fallbackNote ?? (fallback === undefined ? 'none' : `\`${fallback}\``)
  return `| \`${name}\` | ${type} | ${value} | ${doc} |\n`
}
