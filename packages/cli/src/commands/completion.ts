import { Argument, type Command } from 'commander'
import { completionTree, type CompletionCommand } from '../completion/completion-tree.ts'
import type { GlobalOptions } from '../connection/settings.ts'
import type { Io } from '../io.ts'
import { createOutput } from '../output/output.ts'

const scripts = {
  bash: async () => (await import('../completion/bash.ts')).bashScript,
  zsh: async () => (await import('../completion/zsh.ts')).zshScript,
  fish: async () => (await import('../completion/fish.ts')).fishScript,
} as const satisfies Record<string, () => Promise<(tree: readonly CompletionCommand[]) => string>>

type Shell = keyof typeof scripts

export function registerCompletion(program: Command, io: Io): void {
  program
    .command('completion')
    .description(
      'Prints a script with which a shell completes commands and options. For the current shell: ' +
        '`source <(headgate completion bash)`, the same with zsh, `headgate completion fish | source`. For all shells, add ' +
        'this line to ~/.bashrc, ~/.zshrc or ~/.config/fish/config.fish.',
    )
    .addArgument(new Argument('<shell>').choices(Object.keys(scripts)))
    .action(
      // This command does not read the profile, because an invalid profile must not cause an error whenever a shell
      // starts.
      async (shell: Shell, _options: object, command: Command) => {
        // The running program has loaded only the commands of this command line. The completion script needs a program
        // with all commands.
        const { createProgram } = await import('../program.ts')
        const render = await scripts[shell]()
        const script = render(completionTree(await createProgram(io, '')))
        const out = createOutput(io, command.optsWithGlobals<GlobalOptions>().json === true)
        out.result({ json: { shell, script } }, () => script.trimEnd())
      },
    )
}
