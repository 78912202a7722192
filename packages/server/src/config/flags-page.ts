import { removeMarkdown } from './plain-text.ts'
import { sections, type Variable } from './variable.ts'
import { variables } from './variables.ts'

const introduction = `Usage: headgate serve [flags]    (in a checkout: npm start -- [flags])

Runs the server until it receives SIGINT (Ctrl-C) or SIGTERM. Each flag has an environment variable and a key in the file of
--config: --port is HEADGATE_PORT, and port: 8181 in the file. Flags override variables, and variables override the file.
docs/reference/configuration.md describes all settings, also secrets, which have an environment variable but no flag.
`

/**
 * Returns the text of `--help`: every flag with its default in parentheses and the first sentence of its description.
 */
export function flagsPage(): string {
  const all = Object.values<Variable<unknown>>(variables)
  return introduction + sections.map((section) => formatSection(section, all)).join('')
}

function formatSection(section: string, all: readonly Variable<unknown>[]): string {
  const rows = all.filter((variable) => variable.section === section && variable.flag !== undefined)
  return `\n${section}:\n${rows.map(formatFlag).join('')}`
}

function formatFlag({ flag = '', isSwitch, fallback, fallbackNote, doc }: Variable<unknown>): string {
  const value = removeMarkdown(fallbackNote ?? fallback ?? '')
  const note = isSwitch || value === '' ? '' : ` (${value})`
  return `  --${flag}${note}\n      ${firstSentence(removeMarkdown(doc))}\n`
}

function firstSentence(text: string): string {
  return /^.*?[.:](?=\s+[A-Z]|$)/.exec(text)?.[0] ?? text
}
