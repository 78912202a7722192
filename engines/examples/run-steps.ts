import { join } from 'node:path'
import type { ProcessExit, ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { findMissingLine, readShellSteps, type ShellStep } from '../../conformance/lib/shell-steps.ts'

export interface StepSettings {
  readonly keeper: ProcessKeeper
  /** Folder in which the commands are executed. */
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly say: (line: string) => void
}

const commandTimeoutMs = 10 * 60_000
const terminalTimeoutMs = 3 * 60_000
/** Maximum time in ms until the server has written the audit events of refused requests to the database. */
const auditDelayMs = 15_000

/**
 * Runs the shell blocks of a page in their order. The commands of a block `sh terminal` keep running until the page
 * ends. Skips lines that install packages, because these are already installed.
 *
 * @returns all lines that the commands printed
 * @throws if a command fails, or does not print the lines that the page shows below it
 */
export async function runSteps(page: string, settings: StepSettings): Promise<readonly string[]> {
  const printed: string[] = []
  for (const [index, step] of readShellSteps(page).entries()) {
    const commands = withoutInstalls(step.commands)
    if (commands.trim() === '') continue
    settings.say(`  ${commands.trim().split('\n').join('\n  ')}`)
    const run = step.terminal ? runTerminal : runCommands
    printed.push(...(await run({ ...step, commands }, settings, join(settings.folder, `step-${index}.log`))))
  }
  return printed
}

/** Returns the commands without the lines that install packages. */
export function withoutInstalls(commands: string): string {
  return commands
    .split('\n')
    .filter((line) => !/^\s*(?:pip|npm|apt-get) install\b/.test(line))
    .join('\n')
}

async function runCommands(step: ShellStep, settings: StepSettings, log: string): Promise<string[]> {
  const isRepeated = step.commands.trimStart().startsWith('npx headgate audit ')
  const end = Date.now() + (isRepeated ? auditDelayMs : 0)
  for (;;) {
    const lines: string[] = []
    const exit = await settings.keeper.runToExit({
      ...shell(step, settings, log, (line) => lines.push(line)),
      timeoutMs: commandTimeoutMs,
    })
    if (findMissingLine(step.output, lines.join('\n')) === null || Date.now() >= end)
      return checkOutput(step, lines, exit)
  }
}

function checkOutput(step: ShellStep, lines: string[], exit: ProcessExit): string[] {
  const missing = findMissingLine(step.output, lines.join('\n'))
  if (missing !== null)
    throw new Error(`The commands did not print "${missing}". They printed:\n${lines.join('\n')}`)
  // If the page shows an error, the command is expected to fail.
  const mayFail = step.output.some((line) => /error|denied|refused|failed/i.test(line))
  if (exit.code !== 0 && !mayFail)
    throw new Error(`The commands failed (${exit.signal ?? `exit code ${exit.code}`}):\n${lines.join('\n')}`)
  return lines
}

async function runTerminal(step: ShellStep, settings: StepSettings, log: string): Promise<string[]> {
  const lines: string[] = []
  const { promise: ready, resolve, reject } = Promise.withResolvers<undefined>()
  const isReady = (): boolean => findMissingLine(step.output, lines.join('\n')) === null
  const child = settings.keeper.start(
    shell(step, settings, log, (line) => {
      lines.push(line)
      if (isReady()) resolve(undefined)
    }),
  )
  const timer = setTimeout(() => {
    reject(new Error(`A terminal did not print "${step.output.join('\n')}" in time; see ${log}`))
  }, terminalTimeoutMs)
  void child.exited.then(() => reject(new Error(`A terminal ended; see ${log}`)))
  try {
    await ready
    return lines
  } finally {
    clearTimeout(timer)
  }
}

function shell(
  { commands }: ShellStep,
  { folder, env }: StepSettings,
  log: string,
  onLine: (line: string) => void,
): Parameters<ProcessKeeper['start']>[0] {
  return {
    name: commands.trim().split('\n')[0] ?? '',
    command: 'bash',
    args: ['-c', `exec 2>&1\n${commands}`],
    cwd: folder,
    env,
    log,
    onLine,
  }
}
