import { withoutFences } from './anchors.ts'
import { readCodeBlocks } from './code-blocks.ts'

/** Returns the commands in the reference page of the command line, such as `headgate warehouse create`. */
export function readCommands(reference: string): Set<string> {
  return new Set([...reference.matchAll(/^#{2,4} (headgate [a-z -]+)$/gm)].map(([, command = '']) => command))
}

/** Returns the lines of code in a Markdown page that run `headgate`, each from the command on. */
export function readUses(page: string): string[] {
  return (
    readCodeLines(page)
      .map((line) => line.replace(/ #.*$/, ''))
      // In a `helm` command, `headgate` is the name of the release.
      .filter((line) => !line.startsWith('helm '))
      .flatMap((line) => /(?:^|[ (])(?:headgate )?(headgate [a-z].*)/.exec(line)?.[1]?.trim() ?? [])
  )
}

/** Returns the longest known command with which a command line begins, or null if it begins with none. */
export function findCommand(use: string, commands: ReadonlySet<string>): string | null {
  const words = use.split(' ')
  for (let length = words.length; length > 1; length -= 1) {
    const command = words.slice(0, length).join(' ')
    if (commands.has(command)) return command
  }
  return null
}

/** Returns the long options (`--name`) in a command line. */
export function readOptions(use: string): string[] {
  return [...use.matchAll(/(?<![\w-])--[a-z][a-z0-9-]*/g)].map(([option]) => option)
}

/** Returns the names of the npm scripts that the code of a Markdown page runs with `npm run`. */
export function readScripts(page: string): string[] {
  return readCodeLines(page).flatMap((line) =>
    [...line.matchAll(/\bnpm run (?:-s |--silent )?([a-z][\w:-]*)/g)].map(([, script = '']) => script),
  )
}

/** Returns the lines of shell blocks, and the code spans, of a Markdown page. */
function readCodeLines(page: string): string[] {
  const blocks = readCodeBlocks(page).filter(({ language }) => ['', 'sh', 'bash'].includes(language))
  const spans = [...withoutFences(page).matchAll(/(`+)([^`\n]+)\1/g)].map(([, , code = '']) => code)
  return [...blocks.flatMap(({ code }) => code.replaceAll('\\\n', ' ').split('\n')), ...spans]
}
