import { stringify } from '@headgate/json'
import { Command, Help } from 'commander'
import { registerAccess } from './commands/access/register.ts'
import { registerAudit } from './commands/audit/register.ts'
import { registerBootstrap } from './commands/bootstrap.ts'
import { registerConfig } from './commands/config.ts'
import { registerEngines } from './commands/engine/register.ts'
import { registerGrants } from './commands/grant/register.ts'
import { registerGroups } from './commands/group/register.ts'
import { registerLogin } from './commands/login/register.ts'
import { registerKeys } from './commands/keys/register.ts'
import { registerNamespaces } from './commands/namespace/register.ts'
import { registerPrincipals } from './commands/principal/register.ts'
import { registerProxy } from './commands/proxy/register.ts'
import { registerRelations } from './commands/relation/register-groups.ts'
import { registerRoles } from './commands/role/register.ts'
import { registerServe } from './commands/serve.ts'
import { registerStorage } from './commands/storage/register.ts'
import { registerToken } from './commands/token.ts'
import { registerWarehouses } from './commands/warehouse/register.ts'
import { exitCode, exitCodeMeanings } from './exit-code.ts'
import type { Io } from './io.ts'
import { positive } from './options.ts'
import { hasColours } from './output/paint.ts'

/** Creates the whole command line, which `headgate --help` and `docs/reference/cli.md` describe. */
export function createProgram(io: Io, version: string): Command {
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
    .option('--url <url>', 'server, or HEADGATE_URL (default: http://127.0.0.1:8181)')
    .option(
      '--credential-file <file>',
      'file with CLIENT_ID:CLIENT_SECRET, or HEADGATE_CREDENTIAL_FILE, or the text itself in HEADGATE_CREDENTIAL ' +
        '(default for a server on this machine: HEADGATE_DATA_DIR/admin-credential)',
    )
    .option(
      '--login <name>',
      'login of `headgate login` that replaces the credential, or HEADGATE_LOGIN; the server gets its token',
    )
    .option('--warehouse <name>', 'default warehouse of names, or HEADGATE_WAREHOUSE (default: lakehouse)')
    .option('--timeout <seconds>', 'time limit of a request (default: 60)', positive)
    .option('--json', 'print the result as one JSON document, and errors as JSON on standard error')
    .option('--yes', 'do not ask before a command deletes something')
  program.addHelpText('after', `\n${exitCodeHelp()}`)
  program.commandsGroup('Server:')
  registerServe(program, io)
  registerBootstrap(program, io)
  registerKeys(program, io)
  program.commandsGroup('Other catalogs:')
  registerProxy(program, io)
  program.commandsGroup('Catalog:')
  registerWarehouses(program, io)
  registerNamespaces(program, io)
  registerRelations(program, io)
  registerStorage(program, io)
  program.commandsGroup('Access:')
  registerPrincipals(program, io)
  registerRoles(program, io)
  registerGroups(program, io)
  registerEngines(program, io)
  registerGrants(program, io)
  registerAccess(program, io)
  registerAudit(program, io)
  program.commandsGroup('This program:')
  registerLogin(program, io)
  registerToken(program, io)
  registerConfig(program, io)
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

/** Formats an error of commander as an error of this program. */
function usageErrorJson(text: string): string {
  const message = text.replace(/^error: /, '').trim()
  return `${stringify({ error: { message, exitCode: exitCode.usage } })}\n`
}

function exitCodeHelp(): string {
  const lines = Object.entries(exitCodeMeanings).map(([code, meaning]) => `  ${code}  ${meaning}`)
  return `Exit codes:\n${lines.join('\n')}`
}
