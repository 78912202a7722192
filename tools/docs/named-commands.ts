import { withoutFences } from './anchors.ts'
import { readCodeBlocks } from './code-blocks.ts'

/** Returns the commands that the reference page of the command line describes, such as `headgate warehouse create`. */
export function readCommands(reference: string): Set<string> {
  return new Set([...reference.matchAll(/^#{2,4} (headgate [a-z -]+)$/gm)].map(([, command = '']) => command))
}

/** Returns the invocations of `headgate` in the code of a Markdown page, one for each line. */
export function readUses(page: string): string[] {
  return (
    readCodeLines(page)
      .map((line) => line.replace(/ #.*$/, ''))
      // In a `helm` command, `headgate` is the name of a release, not the program.
      .filter((line) => !line.startsWith('helm '))
      .flatMap((line) => /(?:^|[ (])(?:headgate )?(headgate [a-z].*)/.exec(line)?.[1]?.trim() ?? [])
  )
}

/**
 * Returns the longest known command at the beginning of an invocation, or null if the invocation begins with no known
 * command.
 */
export function findCommand(use: string, commands: ReadonlySet<string>): string | null {
  const words = use.split(' ')
  for (let length = words.length; length > 1; length -= 1) {
    const command = words.slice(0, length).join(' ')
    if (commands.has(command)) return command
  }
  return null
}

/** Returns the long options of an invocation. */
export function readOptions(use: string): string[] {
  return [...use.matchAll(/(?<![\w-])--[a-z][a-z0-9-]*/g)].map(([option]) => option)
}

/** Returns the scripts of `npm run` in the code of a Markdown page. */
export function readScripts(page: string): string[] {
  return readCodeLines(page).flatMap((line) =>
    [...line.matchAll(/\bnpm run (?:-s |--silent )?([a-z][\w:-]*)/g)].map(([, script = '']) => script),
  )
}

/** Returns the lines of shell blocks and the code spans of a Markdown page. */
function readCodeLines(page: string): string[] {
  const blocks = readCodeBlocks(page).filter(({ language }) => ['', 'sh', 'bash'].includes(language))
  const spans = [...withoutFences(page).matchAll(/(`+)([^`\n]+)\1/g)].map(([, , code = '']) => code)
  return [...blocks.flatMap(({ code }) => code.replaceAll('\\\n', ' ').split('\n')), ...spans]
}
