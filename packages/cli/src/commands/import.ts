import { type Command, InvalidArgumentError, Option } from 'commander'
import { addAuthOptions } from '../auth/auth-options.ts'
import type { ImportOptions } from '../import/import-catalog.ts'
import type { Io } from '../io.ts'
import { positive, repeatable } from '../options.ts'
import { inSession } from '../session.ts'
import { stopSignal } from '../stop-signal.ts'

const maxParallel = 64

/**
 * Registers `headgate import`. The code of the import is loaded only when the command runs, because it contains a
 * whole client for other catalogs.
 */
export function registerImport(program: Command, io: Io): void {
  const command = program
    .command('import')
    .description(
      'Registers namespaces, tables and views of another Iceberg REST catalog in a warehouse, without copying files. The command compares both ' +
        'catalogs, so run the command again to continue an interrupted run. See docs/how-to/import-tables.md.',
    )
    .requiredOption('--from <url>', 'URL of the source catalog, or a file with its properties, such as uri=…')
    .option('--from-warehouse <name>', 'warehouse of the source (default: the property warehouse)')
  addAuthOptions(command)
    .addOption(
      new Option(
        '--namespace <pattern>',
        'import only this namespace with everything in it, such as sales; a star matches any characters of one level; repeatable',
      ).argParser(repeatable),
    )
    .addOption(
      new Option(
        '--exclude <pattern>',
        'do not import this namespace and everything in it; a pattern as for --namespace; repeatable',
      ).argParser(repeatable),
    )
    .option(
      '--dry-run',
      'change nothing; show what would be registered, which locations the warehouse allows, and missing rights',
    )
    .option(
      '--move',
      'drop each table at the source, without its files, after the catalogs were compared again',
    )
    .option(
      '--drop-views',
      'with --move, drop views too; only for sources that keep the metadata files of dropped views',
    )
    .option(
      '--source-read-only',
      'confirm that no program writes to the source; without this option, the command warns that two catalogs can write one table',
    )
    .option(
      '--grants <file>',
      'write the rights on the imported objects at the source to a file, which headgate apply reads after your review; for Headgate, Polaris, Lakekeeper and Unity Catalog',
    )
    .option(
      '--grants-issuer <issuer>',
      'with --grants, issuer of the users of Lakekeeper, exactly as in their tokens; without it, a role stands for each user',
    )
    .addOption(
      new Option('--parallel <n>', `tables and views at the same time, at most ${maxParallel}`)
        .argParser(parallel)
        .default(8),
    )
    .addOption(
      new Option('--max-failures <n>', 'stop after this number of failures').argParser(positive).default(100),
    )
    .option('--verbose', 'write a line for each table and view to standard error')
    .action(
      inSession(io, async (session, options: ImportOptions) => {
        const { importCatalog } = await import('../import/import-catalog.ts')
        using stop = stopSignal()
        await importCatalog(session, options, stop.signal)
      }),
    )
}

function parallel(text: string): number {
  const number = positive(text)
  if (number <= maxParallel) return number
  throw new InvalidArgumentError(`The number must be at most ${maxParallel}.`)
}
