/** Returns the commands of the reference page of the command line, such as `headgate warehouse create`. */
export function readCommands(reference: string): Set<string> {
  return new Set([...reference.matchAll(/^#{2,4} (headgate [a-z -]+)$/gm)].map(([, command = '']) => command))
}

/** Returns the uses of the command line in the code of a Markdown page, one for each line. */
export function readUses(page: string): string[] {
  const fences = [...page.matchAll(/^```(?:sh|bash)?\n([^]*?)^```$/gm)].map(([, code = '']) => code)
  const spans = [...page.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, code = '']) => code,
  )
  const lines = [...fences.flatMap((code) => code.replaceAll('\\\n', ' ').split('\n')), ...spans]
  return lines
    .map((line) => line.replace(/ #.*$/, '').replace('npm run headgate --', 'headgate'))
    .flatMap((line) => /(?:^|[ (])headgate [a-z].*/.exec(line)?.[0].trim() ?? [])
}

/** Returns the longest command at the beginning of a use, or null when there is none. */
export function findCommand(use: string, commands: ReadonlySet<string>): string | null {
  const words = use.split(' ')
  for (let length = words.length; length > 1; length -= 1) {
    const command = words.slice(0, length).join(' ')
    if (commands.has(command)) return command
  }
  return null
}

/** Returns the long options of a use. */
export function readOptions(use: string): string[] {
  return [...use.matchAll(/(?<![\w-])--[a-z][a-z0-9-]*/g)].map(([option]) => option)
}
