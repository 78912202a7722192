import type { CompletionCommand } from './completion-tree.ts'
import { programOptions, valuesOf } from './program-options.ts'

/** Returns a completion script for bash. The script does not need the package bash-completion. */
export function bashScript(tree: readonly CompletionCommand[]): string {
  const known = tree.map(({ path }) => `'${path}'`).join(' | ')
  const words = tree.map(({ path, commands, choices }) => {
    const names = [...commands.map(({ name }) => name), ...choices].join(' ')
    return `    '${path}') words='${names}' ;;`
  })
  const options = tree.map(
    ({ path, options }) => `    '${path}') options='${options.flatMap(({ names }) => names).join(' ')}' ;;`,
  )
  return `# Completion of headgate for bash: source <(headgate completion bash)
_headgate_value() {
  case "$1" in
${valueCases(tree)}
    *) return 1 ;;
  esac
}

_headgate() {
  local word path='' kind='' words='' options='' i
  local cur="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    # bash splits --option=value into three words.
    if [[ $word == '=' ]]; then kind=''; ((i + 1 == COMP_CWORD)) || ((i++)); continue; fi
    if [[ -n $kind ]]; then kind=''; continue; fi
    if [[ $word == -* ]]; then
      kind="$(_headgate_value "$path:$word" || _headgate_value ":$word")"
    else
      case "\${path:+$path }$word" in ${known}) path="\${path:+$path }$word" ;; esac
    fi
  done
  if [[ $cur == '=' ]]; then cur=''; fi
  case "$kind" in
    '') ;;
    # bash of macOS has neither mapfile nor compopt.
    file) local IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$cur")); compopt -o filenames 2> /dev/null; return ;;
    text) return ;;
    *) COMPREPLY=($(compgen -W "$kind" -- "$cur")); return ;;
  esac
  case "$path" in
${words.join('\n')}
  esac
  case "$path" in
${options.join('\n')}
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$options ${programOptions(tree).join(' ')}" -- "$cur"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  fi
}

complete -F _headgate headgate
`
}

function valueCases(tree: readonly CompletionCommand[]): string {
  return valuesOf(tree)
    .map(({ key, value }) => `    '${key}') echo '${typeof value === 'string' ? value : value.join(' ')}' ;;`)
    .join('\n')
}
