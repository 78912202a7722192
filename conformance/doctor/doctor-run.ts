import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from '../lib/paths.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'

export interface FoundProblem {
  readonly id: string
  readonly layer: string
  readonly status: string
  readonly evidence: string
  readonly remedy: string
  readonly report?: string
}

/** Result of one run of `headgate doctor`. */
export interface DoctorRun {
  readonly code: number | null
  readonly findings: readonly FoundProblem[]
  readonly layers: readonly {
    readonly layer: string
    readonly status: string
    readonly facts: readonly string[]
  }[]
  /** Standard output and standard error of the program. */
  readonly output: string
  readonly ms: number
}

export interface DoctorCall {
  readonly folder: string
  readonly name: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Runs the program in a separate process, as a user does. */
export async function runDoctor(
  keeper: ProcessKeeper,
  { folder, name, args, env = {} }: DoctorCall,
): Promise<DoctorRun> {
  const lines: string[] = []
  const started = performance.now()
  const log = join(folder, `${name}.log`)
  const child = keeper.start({
    name: `doctor ${name}`,
    // The program is started with `exec`, so that it keeps the process id. Both output streams are written to one
    // log.
    command: 'sh',
    args: [
      '-c',
      'exec "$0" "$@" 2>&1',
      process.execPath,
      '--conditions=x-source',
      '--disable-warning=ExperimentalWarning',
      join(repositoryRoot, 'packages/cli/src/main.ts'),
      'doctor',
      ...args,
      '--json',
    ],
    cwd: folder,
    env: { HEADGATE_CONFIG_DIR: join(folder, 'no-config'), ...env },
    log,
    onLine: (line) => void lines.push(line),
  })
  child.stdin.end()
  const { code } = await child.exited
  const document = lines.map(parse).find((value) => value !== null && 'layers' in value) ?? null
  return {
    code,
    findings: list(document, 'findings') as FoundProblem[],
    layers: list(document, 'layers') as DoctorRun['layers'],
    output: lines.join('\n'),
    ms: Math.round(performance.now() - started),
  }
}

/** Writes a configuration file of an engine. */
export function writeConfiguration(folder: string, name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

function parse(line: string): object | null {
  if (!line.startsWith('{')) return null
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

function list(document: object | null, member: string): readonly unknown[] {
  const value = Object.entries(document ?? {}).find(([name]) => name === member)?.[1] as unknown
  return Array.isArray(value) ? value : []
}
