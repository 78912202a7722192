import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { findMissingLine } from '../../conformance/lib/shell-steps.ts'

/**
 * Code block of a documentation page: shell commands or a Python program, with the output that the page shows below
 * it.
 */
export interface PageStep {
  readonly language: 'sh' | 'python'
  readonly code: string
  readonly output: readonly string[]
}

/**
 * Returns the `sh` and `python` blocks in one section of a page. A `text` block is the expected output of the block
 * before it.
 */
export function readSection(page: string, heading: string): readonly PageStep[] {
  const section = page.split(/^## /m).find((each) => each.startsWith(`${heading}\n`))
  if (section === undefined) throw new Error(`The page has no section "${heading}".`)
  const steps: { language: 'sh' | 'python'; code: string; output: string[] }[] = []
  for (const [, language, code = ''] of section.matchAll(/^```(sh|python|text)\n([^]*?)^```$/gm)) {
    if (language === 'text') steps.at(-1)?.output.push(...code.split('\n').filter((line) => line !== ''))
    else steps.push({ language: language === 'sh' ? 'sh' : 'python', code, output: [] })
  }
  return steps
}

/** Folder, environment and Python interpreter with which the code blocks of a page run. */
export interface PageRun {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  readonly python: string
}

/**
 * Runs one code block, and returns what it printed to standard output and standard error.
 *
 * @throws Error when the step fails, or does not print the output that the page shows
 */
export async function runStep({ language, code, output }: PageStep, run: PageRun): Promise<string> {
  const [command, args] =
    language === 'sh' ? ['sh', ['-e', '-c', `exec 2>&1\n${code}`]] : [run.python, ['-c', code]]
  const child = spawn(command, args, { cwd: run.folder, env: run.env, stdio: ['ignore', 'pipe', 'inherit'] })
  const [printed, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'close')])
  if (exitCode !== 0)
    throw new Error(`The step of the page exited with ${String(exitCode)}:\n${code}\n${printed}`)
  const missing = findMissingLine(output, printed)
  if (missing !== null)
    throw new Error(`The step of the page does not print ${missing}:\n${code}\n${printed}`)
  return printed
}
