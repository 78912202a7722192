import { type Command, Option } from 'commander'
import { addAuthOptions } from '../auth/auth-options.ts'
import type { DoctorCommandOptions } from '../doctor/doctor.ts'
import { engineNames } from '../doctor/engines/engine-traits.ts'
import type { Io } from '../io.ts'
import { positive, repeatable } from '../options.ts'
import { inSession } from '../session.ts'
import { stopSignal } from '../stop-signal.ts'

/** Registers `headgate doctor`. The code of the checks is loaded only when the command runs. */
export function registerDoctor(program: Command, io: Io): void {
  const command = program
    .command('doctor')
    .description(
      'Checks why an engine does not work with a catalog. Run it on the machine of the engine, with the configuration of the engine. It walks from the ' +
        'name of the catalog to the files of a table, and prints the first layer that fails, the evidence and the remedy. It works with any Iceberg REST ' +
        'catalog, prints no secret, and writes nothing without --scratch. See docs/how-to/doctor.md.',
    )
    .argument(
      '[file]',
      'configuration of the engine: Spark properties or a spark-sql command, a catalog file of Trino, .pyiceberg.yaml, SQL of DuckDB (CREATE SECRET, ATTACH), StarRocks or Doris (CREATE CATALOG); - is standard input. Without a file, --uri or the server of --url is checked',
    )
    .addOption(
      new Option(
        '--engine <name>',
        'engine whose expectations apply (default: recognized by the file)',
      ).choices(engineNames),
    )
    .option('--engine-version <version>', 'version of the engine, for problems that only some versions have')
    .option('--catalog <name>', 'catalog in the configuration, if it has several')
    .option('--uri <url>', 'URL of the catalog, instead of a file; --warehouse names its warehouse')
  addAuthOptions(command)
    .option(
      '--table <name>',
      'table to check, such as sales.orders (default: the first one that the catalog lists)',
    )
    .option(
      '--user <name>',
      'user that must arrive at the catalog; for engines that act for users, the user of the check',
    )
    .addOption(
      new Option('--group <name>', 'group that must arrive at the catalog; repeatable').argParser(repeatable),
    )
    .option(
      '--admin <file>',
      'file with properties of the authentication of an administrator, such as credential=ID:SECRET: tells missing tables from hidden ones',
    )
    .option(
      '--direct <url>',
      'URL of the same catalog without the proxies in front of it, to find headers that are lost in a proxy',
    )
    .option('--origin <url>', 'origin of a web page that uses the catalog and its storage: checks CORS')
    .option(
      '--scratch <namespace>',
      'namespace in which the doctor may create, write, commit and drop a table; without it nothing is written',
    )
    .option('--no-write', 'refuse --scratch, for scripts that must not write')
    .addOption(
      new Option(
        '--wait-for-expiry <seconds>',
        'wait at most this long for the end of the token and the keys, and check what happens then',
      ).argParser(positive),
    )
    .addOption(
      new Option('--step-timeout <seconds>', 'time limit of one request or connection')
        .argParser(positive)
        .default(10),
    )
    .addOption(
      new Option('--total-timeout <seconds>', 'time limit of all checks').argParser(positive).default(120),
    )
    .option('--verbose', 'show everything that was observed')
    .action(
      inSession(io, async (session, file: string | undefined, options: DoctorCommandOptions) => {
        const { runDoctor } = await import('../doctor/doctor.ts')
        using stop = stopSignal()
        await runDoctor(session, file, options, stop.signal)
      }),
    )
}
