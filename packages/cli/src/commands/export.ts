import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Json } from '@headgate/json'
import { type Command, Option } from 'commander'
import { type Section, sections } from '../apply/document/document.ts'
import { formatDocument } from '../apply/export/format-document.ts'
import { readServer } from '../apply/export/read-server.ts'
import { toDocument } from '../apply/export/to-document.ts'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { counted } from '../output/counted.ts'
import { visibleLines } from '../output/visible.ts'
import { inSession, type Session } from '../session.ts'

interface Options {
  readonly only?: readonly Section[]
  readonly output?: string
}

export function registerExport(program: Command, io: Io): void {
  program
    .command('export')
    .description(
      'Prints the principals, roles, warehouses, namespaces, engines and grants of a server as a document for `headgate apply`. ' +
        'The document contains names instead of ids, and names of environment variables instead of secrets. It does not contain tables and views.',
    )
    .addOption(new Option('--only <section...>', 'export only these sections').choices(sections))
    .option('--output <file>', 'write the document to this file and replace an existing one')
    .action(inSession(io, exportServer))
}

async function exportServer(session: Session, { only, output }: Options): Promise<void> {
  const { out, io } = session
  const exported = toDocument(await readServer(session, new Set(only ?? sections)))
  const text = out.json ? `${JSON.stringify(exported.document, null, 2)}\n` : formatDocument(exported)
  if (output === undefined) {
    const shown = text.trimEnd()
    // Names that other users chose can contain characters that control a terminal, so they are escaped.
    const json = exported.document as unknown as Json
    out.result({ json }, () => (io.stdout.isTTY === true ? visibleLines(shown) : shown))
  } else {
    const path = resolve(io.cwd, output)
    write(path, text)
    out.result({ json: { file: path } }, () => '')
    out.note(`The document is in ${path}.`)
  }
  if (exported.secrets.length > 0)
    out.note(
      `To create objects on another server, the document needs ${counted(exported.secrets.length, 'secret')} from environment variables, which its comments name.`,
    )
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text)
  } catch (cause) {
    throw new CliError(exitCode.usage, `${path} cannot be written.`, { cause })
  }
}
