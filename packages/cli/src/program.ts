import { stringify } from '@headgate/json'
import { Command, Help } from 'commander'
import { type CommandGroup, commandGroups } from './command-groups.ts'
import { exitCode, exitCodeMeanings } from './exit-code.ts'
import type { Io } from './io.ts'
import { positive } from './options.ts'
import { hasColours } from './output/paint.ts'

/**
 * Creates the program with the commands of some groups. `headgate --help` and `docs/reference/cli.md` describe the
 * program with all groups.
 */
export async function createProgram(
  io: Io,
  version: string,
  groups: readonly CommandGroup[] = commandGroups,
): Promise<Command> {
  // The modules of the groups are loaded simultaneously, but registered in the order of the help.
  const loaded = await Promise.all(
    groups.map(async ({ heading, load }) => ({ heading, register: await load() })),
  )

  const json = io.args.includes('--json')
  const program = new Command('headgate')
    .description(
      'Runs and manages a Headgate server, a lakehouse catalog with access control, and connects clients to other catalogs with authentication.',
    )
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      getOutHasColors: () => hasColours(io.stdout, io.env),
      getErrHasColors: () => hasColours(io.stderr, io.env),
      outputError: (text, write) => write(json ? usageErrorJson(text) : text),
    })
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false, formatHelp: commandsFirst })
    .showHelpAfterError(json ? false : '(add --help for more information)')
    .option(
      '--profile <name>',
      'settings of one server (`headgate profile`), or HEADGATE_PROFILE; --profile takes precedence over other variables',
    )
    .option('--url <url>', 'server, or HEADGATE_URL (default: http://127.0.0.1:8181)')
    .option(
      '--credential-file <file>',
      'file with CLIENT_ID:CLIENT_SECRET, or HEADGATE_CREDENTIAL_FILE, or the text itself in HEADGATE_CREDENTIAL ' +
        '(default for a server on this machine: HEADGATE_DATA_DIR/admin-credential)',
    )
    .option(
      '--login <name>',
      'login of `headgate login` that replaces the credential, or HEADGATE_LOGIN; its token is sent to the server',
    )
    .option(
      '--warehouse <name>',
      'warehouse of names that contain no warehouse, or HEADGATE_WAREHOUSE (default: lakehouse)',
    )
    .option('--timeout <seconds>', 'time limit of a request (default: 60)', positive)
    .option('--json', 'print the result as one JSON document, and errors as JSON on standard error')
    .option('--yes', 'do not ask before a command deletes something')
  program.addHelpText('after', `\n${exitCodeHelp()}`)
  for (const { heading, register } of loaded) {
    program.commandsGroup(heading)
    register(program, io)
  }
  return program
}

/** Returns the help of a command with its subcommands before its options, because users look for them first. */
function commandsFirst(command: Command, helper: Help): string {
  const sections = Help.prototype.formatHelp.call(helper, command, helper).split('\n\n')
  if (helper.visibleCommands(command).length === 0) return sections.join('\n\n')
  const options = sections.filter((section) => section.startsWith('Options:'))
  const moved = [...sections.filter((section) => !options.includes(section)), ...options]
  return `${moved.map((section) => section.trimEnd()).join('\n\n')}\n`
}

/** Converts a usage error of the library commander to the JSON form in which this program prints errors. */
function usageErrorJson(text: string): string {
  const message = text.replace(/^error: /, '').trim()
  return `${stringify({ error: { message, exitCode: exitCode.usage } })}\n`
}

function exitCodeHelp(): string {
  const lines = Object.entries(exitCodeMeanings).map(([code, meaning]) => `  ${code}  ${meaning}`)
  return `Exit codes:\n${lines.join('\n')}`
}
