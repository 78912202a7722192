import { type Command, Option } from 'commander'
import { addAuthOptions } from '../../auth/auth-options.ts'
import type { Io } from '../../io.ts'
import { portNumber, positive, several } from '../../options.ts'
import { inSession } from '../../session.ts'
import { untilTold } from '../../until-told.ts'
import type { RunProxyOptions } from './run-proxy.ts'

export function registerProxy(program: Command, io: Io): void {
  const command = program
    .command('proxy')
    .description(
      'Runs a proxy on this machine before one catalog: clients that can send only fixed headers (PyIceberg, LanceDB, Spark, Trino, ' +
        'DuckDB) take its address as the catalog’s, and it authenticates what they send. See docs/proxy.md.',
    )
    .requiredOption('--upstream <url>', 'the catalog’s own address, as clients would have it')
  addAuthOptions(command)
    .addOption(
      new Option(
        '--also-known-as <url>',
        'another address by which the catalog calls itself in its answers; may be repeated',
      ).argParser(several),
    )
    .addOption(
      new Option(
        '--pass-config <name>',
        'another property that the catalog may set at clients, or all below a prefix (nessie.*); may be repeated',
      ).argParser(several),
    )
    .addOption(
      new Option('--port <number>', 'where to listen; 0 takes a free port')
        .argParser(portNumber)
        .default(8282),
    )
    .option(
      '--host <address>',
      'where to listen; beyond this machine only with --shared-machine',
      '127.0.0.1',
    )
    .option('--public-url <url>', 'how clients reach it, where that is not where it listens')
    .option(
      '--shared-machine',
      'ask clients for a secret that is made for this run, since others can connect too',
    )
    .option('--output <file>', 'write the secret to this file (mode 0600), not to the screen')
    .addOption(
      new Option('--buffer-limit <MiB>', 'largest body that is held to be signed')
        .argParser(positive)
        .default(64),
    )
    .option(
      '--verbose',
      'write each request, and unknown properties that were left out, to standard error; without it, requests that could not be forwarded',
    )
    .action(
      inSession(io, async (session, options: RunProxyOptions) => {
        const { runProxy } = await import('./run-proxy.ts')
        using told = untilTold()
        await runProxy(session, options, told.signal)
      }),
    )
}
