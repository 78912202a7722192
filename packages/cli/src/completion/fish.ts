import type { CompletionCommand, CompletionOption } from './completion-tree.ts'
import { valuesOf } from './program-options.ts'

/** Returns a completion script for fish. */
export function fishScript(tree: readonly CompletionCommand[]): string {
  const keys = valuesOf(tree).map(({ key }) => quote(key))
  const known = tree.filter(({ path }) => path !== '').map(({ path }) => quote(path))
  return `# Completion of headgate for fish: headgate completion fish | source
set -g __headgate_values ${keys.join(' ')}
set -g __headgate_paths ${known.join(' ')}

function __headgate_path
  set -l path ''
  set -l skip 0
  for word in (commandline -opc)[2..]
    if test $skip = 1
      set skip 0
    else if string match -q -- '-*' $word
      if contains -- "$path:$word" $__headgate_values; or contains -- ":$word" $__headgate_values
        set skip 1
      end
    else
      set -l next (string trim -- "$path $word")
      contains -- $next $__headgate_paths; and set path $next
    end
  end
  echo $path
end

function __headgate_at
  test (__headgate_path) = "$argv[1]"
end

complete -c headgate -f
${tree.flatMap((command) => completeLines(command)).join('\n')}
`
}

function completeLines({ path, commands, options, choices }: CompletionCommand): readonly string[] {
  // Options of the program need no condition, because they are valid for all commands.
  const at = (isGlobal: boolean): string => (isGlobal ? '' : ` -n ${quote(`__headgate_at ${quote(path)}`)}`)
  return [
    ...commands.map(
      ({ name, description }) =>
        `complete -c headgate${at(false)} -a ${quote(name)} -d ${quote(description)}`,
    ),
    ...choices.map((choice) => `complete -c headgate${at(false)} -a ${quote(choice)}`),
    ...options.map((option) => `complete -c headgate${at(path === '')} ${optionFlags(option)}`),
  ]
}

function optionFlags({ names, description, value }: CompletionOption): string {
  const spellings = names.map((name) =>
    name.startsWith('--') ? `-l ${quote(name.slice(2))}` : `-s ${quote(name.slice(1))}`,
  )
  const values =
    value === 'none'
      ? []
      : value === 'file'
        ? ['-r -F']
        : value === 'text'
          ? ['-x']
          : [`-x -a ${quote(value.join(' '))}`]
  return [...spellings, ...values, `-d ${quote(description)}`].join(' ')
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`
}
