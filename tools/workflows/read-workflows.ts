import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

interface Step {
  readonly name?: string
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}

export interface Job {
  /** Reusable workflow that the job calls. Such a job has no steps. */
  readonly uses?: string
  readonly steps?: readonly Step[]
  readonly permissions?: Readonly<Record<string, string>>
  readonly 'timeout-minutes'?: number | string
  readonly strategy?: { readonly matrix?: { readonly include?: readonly { readonly command?: string }[] } }
}

export interface Workflow {
  /** File name of the GitHub Actions workflow. */
  readonly file: string
  readonly text: string
  readonly permissions?: Readonly<Record<string, string>>
  readonly concurrency?: { readonly group?: string }
  readonly jobs: Readonly<Record<string, Job>>
}

/** Reads the GitHub Actions workflows of the repository. */
export function readWorkflows(root: string): Workflow[] {
  const folder = join(root, '.github/workflows')
  return readdirSync(folder).map((file) => {
    const text = readFileSync(join(folder, file), 'utf8')
    return { ...(parse(text) as Omit<Workflow, 'file' | 'text'>), file, text }
  })
}

/** Returns the shell scripts of a job: those of its steps, and the commands in its matrix, which a step runs. */
export function readScripts({ steps = [], strategy }: Job): string[] {
  const commands = strategy?.matrix?.include ?? []
  return [
    ...steps.flatMap(({ run }) => run ?? []),
    ...commands.flatMap(({ command }) => (command === undefined ? [] : `npm run ${command}`)),
  ]
}
