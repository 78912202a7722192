import type { CompletionCommand, CompletionOption } from './completion-tree.ts'
import { valuesOf } from './program-options.ts'

/** Returns a completion script for zsh. It works with `source`, and as a file `_headgate` in a folder of `fpath`. */
export function zshScript(tree: readonly CompletionCommand[]): string {
  const known = tree.map(({ path }) => quote(path)).join(' | ')
  const words = tree.map(({ path, commands, choices }) => {
    const items = [...commands, ...choices.map((name) => ({ name, description: '' }))]
    return `    ${quote(path)}) words_=(${items.map(({ name, description }) => describe(name, description)).join(' ')}) ;;`
  })
  const program = tree.find(({ path }) => path === '')
  const options = tree
    .filter(({ path }) => path !== '')
    .map(({ path, options }) => `    ${quote(path)}) options_+=(${describeOptions(options)}) ;;`)
  return `#compdef headgate
# Completion of headgate for zsh: source <(headgate completion zsh), or a file _headgate in a folder of fpath.
_headgate_value() {
  case "$1" in
${valueCases(tree)}
    *) return 1 ;;
  esac
}

_headgate() {
  local word where='' kind='' i
  local -a words_ options_
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
    if [[ -n $kind ]]; then kind=''; continue; fi
    if [[ $word == -*=* ]]; then continue; fi
    if [[ $word == -* ]]; then
      kind="$(_headgate_value "$where:$word" || _headgate_value ":$word")"
    else
      case "\${where:+$where }$word" in ${known}) where="\${where:+$where }$word" ;; esac
    fi
  done
  case "$kind" in
    '') ;;
    file) _files; return ;;
    text) return ;;
    *) compadd -- \${=kind}; return ;;
  esac
  case "$where" in
${words.join('\n')}
  esac
  options_=(${describeOptions(program?.options ?? [])})
  case "$where" in
${options.join('\n')}
  esac
  if [[ \${words[CURRENT]} == -* ]]; then
    _describe -o 'option' options_
  else
    _describe 'command' words_
  fi
}

if [[ \${funcstack[1]} == _headgate ]]; then
  _headgate "$@"
else
  compdef _headgate headgate
fi
`
}

function describeOptions(options: readonly CompletionOption[]): string {
  return options
    .flatMap(({ names, description }) => names.map((name) => describe(name, description)))
    .join(' ')
}

/** Returns an item for the zsh function `_describe`, in which a colon separates the name from the description. */
function describe(name: string, description: string): string {
  return quote(description === '' ? name : `${name.replaceAll(':', String.raw`\:`)}:${description}`)
}

function valueCases(tree: readonly CompletionCommand[]): string {
  return valuesOf(tree)
    .map(
      ({ key, value }) =>
        `    ${quote(key)}) echo ${quote(typeof value === 'string' ? value : value.join(' '))} ;;`,
    )
    .join('\n')
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
