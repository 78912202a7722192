import type { Command, Option } from 'commander'
import { exitCodeMeanings } from './exit-code.ts'

/** The page `docs/cli.md`, made from what the program says of itself. */
export function docsPage(program: Command): string {
  const groups = program.commands.map((command) => section(command, '##'))
  return `${[introduction, optionTable(program.options), exitCodes(), naming, ...groups].join('\n\n')}\n`
}

const introduction = `# The command line

*Generated from the program in \`packages/cli\` by \`npm run docs\`; do not edit.*

\`headgate\` runs a server and manages it. \`npm run headgate -- principal list\` runs it from a working copy.

Commands talk to one server over HTTP, as one principal: by default the server on this machine, as its administrator, with
the credential that it left in its data directory. That credential is used for loopback addresses only. The access token is
got anew by each run and never written down. Who logged in with \`headgate login\` comes as themselves with \`--login\`; such a login
is kept in \`HEADGATE_CONFIG_DIR\` (default: \`~/.config/headgate\`), for its owner alone. \`headgate config show\` says what is used and where it comes from.

- What a command has found or done is on standard output, everything else on standard error. Lists are read to their end,
  whatever the page size of the server; \`--limit\` ends them earlier. Times are UTC.
- \`--json\` gives the answer of the server as it is, as one document. The pages of a list become one list, with
  \`nextPageToken\` null unless \`--limit\` left something out; where the server has nothing to say, it is \`{}\`. 64-bit integers
  keep all their digits. Errors are then one line of JSON on standard error: \`{"error":{"message":…,"exitCode":…}}\`.
- Secrets are shown once, where they are made, or written to the file of \`--output\` instead.
- Before something is deleted, a terminal is asked; where there is none, \`--yes\` is needed.
- Colours are for terminals only, and not where \`NO_COLOR\` is set.

## Options of every command`

const naming = `## Names

| | |
|---|---|
| namespace | \`sales\`, \`sales.eu\` |
| table or view | \`sales.orders\`, \`sales.eu.orders\` |
| in another warehouse than that of \`--warehouse\` | \`lakehouse/sales.eu.orders\` |
| an object of \`grant\` | \`server\`, \`warehouse:lakehouse\`, \`namespace:lakehouse/sales.eu\`, \`table:lakehouse/sales.eu.orders\`, \`view:…\` |
| who gets a grant, or is a member of a role | \`principal:etl\`, \`role:analysts\` |

A name that holds a dot, a slash or a double quote itself stands in double quotes as a whole, in which a quote is doubled.
The shell wants single quotes around that: \`headgate table show 'sales."2026.01"'\` is the table \`2026.01\` in \`sales\`. Names in
answers are written in the same way, so that they can be pasted.`

function exitCodes(): string {
  const rows = Object.entries(exitCodeMeanings).map(([code, meaning]) => `| ${code} | ${meaning} |`)
  return `## Exit codes\n\n| | |\n|---|---|\n${rows.join('\n')}\n\n\`headgate serve\` ends with 1 when the server cannot start.`
}

/** A command, or a group with what is in it. */
function section(command: Command, level: string): string {
  if (command.commands.length === 0) return commandSection(command, level)
  const intro = `${level} ${pathOf(command)}\n\n${command.description()}`
  return [intro, ...command.commands.map((inner) => section(inner, `${level}#`))].join('\n\n')
}

function commandSection(command: Command, level: string): string {
  const name = pathOf(command)
  const positional = command.registeredArguments.map((argument) => [
    `\`${argument.name()}\``,
    withChoices(argument.description, argument.argChoices),
  ])
  const described = positional.filter(([, description]) => description !== '')
  return [
    `${level} ${name}`,
    command.description(),
    `\`\`\`\n${name} ${command.usage()}\n\`\`\``,
    ...(described.length === 0 ? [] : [rows(described)]),
    ...(command.options.length === 0 ? [] : [optionTable(command.options)]),
  ].join('\n\n')
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`
}

function optionTable(options: readonly Option[]): string {
  return rows(
    options.map((option) => [
      `\`${option.flags}\``,
      withChoices(option.description, option.argChoices) +
        (option.mandatory ? ' (needed)' : '') +
        (option.defaultValue === undefined || option.negate
          ? ''
          : ` (default: ${option.defaultValueDescription ?? String(option.defaultValue)})`),
    ]),
  )
}

function withChoices(description: string, choices: readonly string[] | undefined): string {
  return choices === undefined ? description : `${description}: ${choices.join(', ')}`
}

function rows(cells: readonly (readonly string[])[]): string {
  const lines = cells.map(
    (row) => `| ${row.map((text) => text.replaceAll('|', String.raw`\|`)).join(' | ')} |`,
  )
  return ['| | |', '|---|---|', ...lines].join('\n')
}
