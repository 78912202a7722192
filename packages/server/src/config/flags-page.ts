import { sections, type Variable } from './variable.ts'
import { variables } from './variables.ts'

const introduction = `Usage: headgate serve [flags]    (in a checkout: npm start -- [flags])

Runs the server until it is told to stop (Ctrl-C). Each flag is an environment variable as well: --port is HEADGATE_PORT.
docs/reference/configuration.md says more, and has the secrets, which are no flags.
`

/** What `--help` prints: every flag, its default in brackets, and what it is in a sentence. */
export function flagsPage(): string {
  const all = Object.values<Variable<unknown>>(variables)
  return introduction + sections.map((section) => part(section, all)).join('')
}

function part(section: string, all: readonly Variable<unknown>[]): string {
  const rows = all.filter((variable) => variable.section === section && variable.flag !== undefined)
  return `\n${section}:\n${rows.map(row).join('')}`
}

function row({ flag = '', isSwitch, fallback, fallbackNote, doc }: Variable<unknown>): string {
  const value = plain(fallbackNote ?? fallback ?? '')
  const known = isSwitch || value === '' ? '' : ` (${value})`
  return `  --${flag}${known}\n      ${firstSentence(plain(doc))}\n`
}

/** Without marks of Markdown, and without what only leads to another page. */
function plain(text: string): string {
  return text
    .replaceAll(/: \[[^\]]*\]\([^)]*\)/g, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('`', '')
}

function firstSentence(text: string): string {
  return /^.*?[.:](?=\s+[A-Z]|$)/.exec(text)?.[0] ?? text
}
