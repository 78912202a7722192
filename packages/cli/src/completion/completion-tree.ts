import type { Argument, Command, Option } from 'commander'

/** Command or group of commands, with the words that a shell can complete after it. */
export interface CompletionCommand {
  /** Names of the groups and the command, such as `role list`. Empty for the program itself. */
  readonly path: string
  readonly commands: readonly Completion[]
  readonly options: readonly CompletionOption[]
  /** Values that the arguments of the command accept, if the set is fixed. */
  readonly choices: readonly string[]
}

interface Completion {
  readonly name: string
  readonly description: string
}

export interface CompletionOption {
  /** Spellings of the option, such as `--yes` and `-y`. */
  readonly names: readonly string[]
  readonly description: string
  /** Values that the option accepts: a fixed list of values, a file, any text, or no value. */
  readonly value: readonly string[] | 'file' | 'text' | 'none'
}

/**
 * Returns the tree of the program: the program itself and all its commands, at any depth, in one list. The options of
 * the program are valid for all commands.
 */
export function completionTree(program: Command): readonly CompletionCommand[] {
  return [toCompletionCommand(program, ''), ...commandsBelow(program, '')]
}

function commandsBelow(command: Command, path: string): readonly CompletionCommand[] {
  return command.commands.flatMap((inner) => {
    const innerPath = path === '' ? inner.name() : `${path} ${inner.name()}`
    return [toCompletionCommand(inner, innerPath), ...commandsBelow(inner, innerPath)]
  })
}

function toCompletionCommand(command: Command, path: string): CompletionCommand {
  return {
    path,
    commands: command.commands.map((inner) => ({
      name: inner.name(),
      description: firstSentence(inner.description()),
    })),
    options: [
      ...command.options.map((option) => toCompletionOption(option)),
      { names: ['--help'], description: 'display help for command', value: 'none' },
    ],
    choices: command.registeredArguments.flatMap((argument: Argument) => argument.argChoices ?? []),
  }
}

function toCompletionOption(option: Option): CompletionOption {
  const { short, long, flags, description, argChoices } = option
  const takesValue = option.required || option.optional
  return {
    names: [long, short].filter((name) => typeof name === 'string'),
    description: firstSentence(description),
    value: takesValue
      ? (argChoices ?? (/[<[](file|path|folder|directory)[>\]]/.test(flags) ? 'file' : 'text'))
      : 'none',
  }
}

/** Returns the first sentence of a description, as plain text in one line. */
function firstSentence(text: string): string {
  const [sentence = text] = /^.*?[.;](?=\s|$)/.exec(text) ?? []
  return sentence.replaceAll('`', '').replace(/[.;]$/, '')
}
