/** Block of shell commands in a Markdown page, with the expected output that the page shows below it. */
export interface ShellStep {
  readonly commands: string
  readonly output: readonly string[]
  /**
   * Whether the commands run in a separate terminal until they are interrupted. The page marks such a block with `sh
   * terminal`.
   */
  readonly terminal: boolean
}

/**
 * Returns the `sh` code blocks of a Markdown page, in order. A `text` code block contains the expected output of the
 * `sh` block before it.
 */
export function readShellSteps(page: string): ShellStep[] {
  const steps: { commands: string; output: string[]; terminal: boolean }[] = []
  for (const [, language, block = ''] of page.matchAll(/^```(sh|sh terminal|text)\n([^]*?)^```$/gm)) {
    if (language !== 'text') steps.push({ commands: block, output: [], terminal: language === 'sh terminal' })
    else steps.at(-1)?.output.push(...block.split('\n').filter((line) => line !== ''))
  }
  return steps
}

/**
 * Returns the first expected line that the output does not contain, or null. The lines must occur in the given order.
 * Several spaces match one space, and `…` matches any text within a line.
 */
export function findMissingLine(expected: readonly string[], output: string): string | null {
  const lines = output.split('\n').map((line) => line.trim().replaceAll(/ +/g, ' '))
  let next = 0
  for (const line of expected) {
    const found = lines.findIndex((each, index) => index >= next && toPattern(line).test(each))
    if (found < 0) return line
    next = found + 1
  }
  return null
}

function toPattern(line: string): RegExp {
  const parts = line.trim().replaceAll(/ +/g, ' ').split('…')
  return new RegExp(
    `^${parts.map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)).join('.*')}`,
  )
}
