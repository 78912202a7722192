import { type Command, Option } from 'commander'
import { addAuthOptions } from '../../auth/auth-options.ts'
import type { Io } from '../../io.ts'
import { portNumber, positive, repeatable } from '../../options.ts'
import { inSession } from '../../session.ts'
import { stopSignal } from '../../stop-signal.ts'
import type { RunProxyOptions } from './run-proxy.ts'

export function registerProxy(program: Command, io: Io): void {
  const command = program
    .command('proxy')
    .description(
      'Runs a proxy for one catalog on this machine: clients that can send only fixed headers (PyIceberg, LanceDB, Spark, Trino, ' +
        'DuckDB) use its URL instead of that of the catalog, and it authenticates their requests. See docs/how-to/proxy.md.',
    )
    .requiredOption('--upstream <url>', 'URL of the catalog')
  addAuthOptions(command)
    .addOption(
      new Option(
        '--also-known-as <url>',
        'another URL of the catalog, which the proxy replaces by its own URL in responses; repeatable',
      ).argParser(repeatable),
    )
    .addOption(
      new Option(
        '--pass-config <name>',
        'another property that the proxy passes from the catalog to clients, or all properties with a prefix (nessie.*); repeatable',
      ).argParser(repeatable),
    )
    .addOption(
      new Option('--port <number>', 'port to listen on; 0 means a free port')
        .argParser(portNumber)
        .default(8282),
    )
    .option('--host <address>', 'address to listen on; other machines need --shared-machine', '127.0.0.1')
    .option('--public-url <url>', 'URL that clients use, if it differs from the address of --host and --port')
    .option(
      '--shared-machine',
      'require a secret from clients, because other users can connect to the proxy too; each run creates a new secret',
    )
    .option('--output <file>', 'write the secret to this file (mode 0600) and do not print it')
    .addOption(
      new Option('--buffer-limit <MiB>', 'maximum size of a body that is buffered for signing')
        .argParser(positive)
        .default(64),
    )
    .option(
      '--verbose',
      'write each request and each removed property to standard error, not only requests that could not be forwarded',
    )
    .action(
      inSession(io, async (session, options: RunProxyOptions) => {
        const { runProxy } = await import('./run-proxy.ts')
        using stop = stopSignal()
        await runProxy(session, options, stop.signal)
      }),
    )
}
