import { type Command, CommanderError } from 'commander'
import type { Io } from '../io.ts'

export function registerServe(program: Command, io: Io): void {
  program
    .command('serve')
    .description(
      'Runs the server until it is told to stop (Ctrl-C). Everything is set by HEADGATE_ variables, and everything but ' +
        'secrets by flags of the same name too. With none, it listens on http://127.0.0.1:8181 and keeps all in .headgate.',
    )
    .usage('[flags]')
    .allowUnknownOption()
    .allowExcessArguments()
    .addHelpText(
      'after',
      `
Flags, most of all (docs/configuration.md lists them all):
  --port <number>       8181; 0 takes a free one
  --host <address>      127.0.0.1
  --public-url <url>    URL under which clients reach the server
  --data-dir <path>     .headgate
  --workers <number>    1; as many cores as it uses, auto takes all
  --log-level <level>   info`,
    )
    .action(async (_options: object, command: Command) => {
      // Loaded here alone: the server is large, and every other command only talks to one.
      const { runServer } = await import('@headgate/server')
      const code = await runServer(io.env, command.args)
      if (code !== 0) throw new CommanderError(code, 'headgate.serve', 'the server has said why')
    })
}
