import { type Command, CommanderError } from 'commander'
import type { Io } from '../io.ts'

export function registerServe(program: Command, io: Io): void {
  program
    .command('serve')
    .description(
      'Runs the server until it is interrupted (Ctrl-C). HEADGATE_ variables configure it; for all settings except secrets ' +
        'there are flags of the same name, and keys of a configuration file. By default it listens on http://127.0.0.1:8181 and stores its data in .headgate.',
    )
    .usage('[flags]')
    .allowUnknownOption()
    .allowExcessArguments()
    .addHelpText(
      'after',
      `
The most important flags (docs/reference/configuration.md lists all):
  --config <file>       YAML file with settings
  --port <number>       8181; 0 means a free port
  --host <address>      127.0.0.1
  --public-url <url>    URL that clients use
  --data-dir <path>     .headgate
  --workers <number>    1; number of cores to use, auto for all
  --log-level <level>   info`,
    )
    .action(async (_options: object, command: Command) => {
      // Imported here because the server is large, and other commands do not need it.
      const { runServer } = await import('@headgate/server')
      const code = await runServer(io.env, command.args)
      if (code !== 0) throw new CommanderError(code, 'headgate.serve', 'the server has printed the reason')
    })
}
