import { mkdirSync } from 'node:fs'
import { goCommand } from '../../conformance/lib/go-program.ts'
import { runProgram } from '../../conformance/lib/run-program.ts'
import { toolFolder } from './tool-folder.ts'

/** Go module in the module cache. */
export interface GoModule {
  /** Folder of its files. */
  readonly folder: string
  /** Path of its go.mod. */
  readonly goMod: string
}

/** Downloads a Go module, without building it. */
export async function downloadGoModule(path: string, version: string): Promise<GoModule> {
  const cwd = toolFolder()
  mkdirSync(cwd, { recursive: true })
  const args = ['mod', 'download', '-json', `${path}@${version}`]
  // The folder has no go.mod, so the module does not become a dependency.
  const { stdout, stderr } = await runProgram(goCommand, args, { cwd })
  const report = JSON.parse(stdout || '{}') as Readonly<Record<string, string | undefined>>
  const { Dir: folder, GoMod: goMod, Error: reason = stderr } = report
  if (folder === undefined || goMod === undefined)
    throw new Error(`go mod download ${path}@${version} failed: ${reason}`)
  return { folder, goMod }
}
