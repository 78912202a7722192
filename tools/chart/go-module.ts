import { mkdirSync } from 'node:fs'
import { goCommand } from '../../conformance/lib/go-program.ts'
import { runProgram } from '../../conformance/lib/run-program.ts'
import { toolFolder } from './tool-folder.ts'

/** Go module that was downloaded to the module cache. */
export interface GoModule {
  /** Folder with the files of the module. */
  readonly folder: string
  /** Path of the go.mod file of the module. */
  readonly goMod: string
}

/** Downloads a Go module without building it. */
export async function downloadGoModule(path: string, version: string): Promise<GoModule> {
  const cwd = toolFolder()
  mkdirSync(cwd, { recursive: true })
  const args = ['mod', 'download', '-json', `${path}@${version}`]
  // The command runs in a folder without go.mod, so that the module does not become a dependency of another module.
  const { stdout, stderr } = await runProgram(goCommand, args, { cwd })
  const report = JSON.parse(stdout || '{}') as Readonly<Record<string, string | undefined>>
  const { Dir: folder, GoMod: goMod, Error: reason = stderr } = report
  if (folder === undefined || goMod === undefined)
    throw new Error(`go mod download ${path}@${version} failed: ${reason}`)
  return { folder, goMod }
}
