import type { Command, Option } from 'commander'
import { exitCodeMeanings } from './exit-code.ts'

/** Returns the page `docs/reference/cli.md`, from the descriptions of the commands. */
export function docsPage(program: Command): string {
  const groups = program.commands.map((command) => section(command, '##'))
  return `${[introduction, optionTable(program.options), exitCodes(), naming, ...groups].join('\n\n')}\n`
}

const introduction = `# The command line

*Generated from the program in \`packages/cli\` by \`npm run docs\`; do not edit.*

\`headgate\` runs a server and manages it. \`npx headgate principal list\` runs it in a checkout and in folders with the package
\`headgate\`; after \`npm install -g headgate\`, \`headgate principal list\` runs it everywhere. [Using the command
line](../how-to/command-line.md) explains profiles for several servers and the completion of commands.

A command sends requests to one server as one principal. By default this is the server on this machine and its
administrator, with the credential that the server wrote to its data directory. That credential is used for loopback
addresses only. Each run requests its own access token and does not store it. After \`headgate login\`, \`--login\` uses the
identity of the user; the login is stored in \`HEADGATE_CONFIG_DIR\` (default: \`~/.config/headgate\`), and only its owner can
read it. A profile (\`headgate profile\`) contains these settings for one server. \`headgate config show\` shows the settings and
where each comes from.

- The result of a command is on standard output, everything else on standard error. A command reads lists to their end,
  in pages of the server; \`--limit\` stops earlier. Times are UTC.
- \`--json\` prints the response of the server unchanged, as one document. The pages of a list become one list, with
  \`nextPageToken\` null unless \`--limit\` left items out; an empty response becomes \`{}\`. 64-bit integers keep all their
  digits. Errors are then one line of JSON on standard error: \`{"error":{"message":…,"exitCode":…}}\`.
- A secret is printed once, when it is created, or written to the file of \`--output\` instead.
- Before a command deletes something, it asks on the terminal; without a terminal it needs \`--yes\`.
- Colours are used on terminals only, and not if \`NO_COLOR\` is set.

## Options of every command`

const naming = `## Names

| | |
|---|---|
| namespace | \`sales\`, \`sales.eu\` |
| table or view | \`sales.orders\`, \`sales.eu.orders\` |
| in another warehouse than that of \`--warehouse\` | \`lakehouse/sales.eu.orders\` |
| object of \`grant\` | \`server\`, \`warehouse:lakehouse\`, \`namespace:lakehouse/sales.eu\`, \`table:lakehouse/sales.eu.orders\`, \`view:…\` |
| grantee, or member of a role | \`principal:etl\`, \`role:analysts\` |

A name that contains a dot, a slash or a double quote is enclosed in double quotes, and quotes inside are doubled. Enclose
such arguments in single quotes for the shell: \`headgate table show 'sales."2026.01"'\` is the table \`2026.01\` in \`sales\`.
Commands print names in the same form, so that they can be pasted.`

function exitCodes(): string {
  const rows = Object.entries(exitCodeMeanings).map(([code, meaning]) => `| ${code} | ${meaning} |`)
  return `## Exit codes\n\n| | |\n|---|---|\n${rows.join('\n')}\n\n\`headgate serve\` exits with 1 when the server cannot start.`
}

/** Returns the section of a command, or of a group with its commands. */
function section(command: Command, level: string): string {
  if (command.commands.length === 0) return commandSection(command, level)
  const intro = `${level} ${commandPath(command)}\n\n${command.description()}`
  return [intro, ...command.commands.map((inner) => section(inner, `${level}#`))].join('\n\n')
}

function commandSection(command: Command, level: string): string {
  const name = commandPath(command)
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

function commandPath(command: Command): string {
  return command.parent === null ? command.name() : `${commandPath(command.parent)} ${command.name()}`
}

function optionTable(options: readonly Option[]): string {
  return rows(
    options.map((option) => [
      `\`${option.flags}\``,
      withChoices(option.description, option.argChoices) +
        (option.mandatory ? ' (required)' : '') +
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
