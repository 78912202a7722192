import type { CompletionCommand, CompletionOption } from './completion-tree.ts'

/** Returns the spellings of the options that are valid for all commands. */
export function programOptions(tree: readonly CompletionCommand[]): readonly string[] {
  const program = tree.find(({ path }) => path === '')
  return [...new Set(program?.options.flatMap(({ names }) => names))]
}

/**
 * Returns the options that take a value, each with a key of command and option, such as `role list:--limit`. The key
 * of an option of the program itself begins with the colon: `:--url`.
 */
export function valuesOf(
  tree: readonly CompletionCommand[],
): readonly { readonly key: string; readonly value: Exclude<CompletionOption['value'], 'none'> }[] {
  return tree.flatMap(({ path, options }) =>
    options.flatMap(({ names, value }) =>
      value === 'none' ? [] : names.map((name) => ({ key: `${path}:${name}`, value })),
    ),
  )
}
