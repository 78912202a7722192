import { chmodSync, cpSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from '../../conformance/lib/paths.ts'
import type { Program } from './workspace.ts'

/** Path of the bill of materials in an image. */
export const billPath = 'usr/share/doc/headgate/sbom.cdx.json'

/** Path of the folder with the npm packages in an image. */
export const modulesPath = 'usr/lib/headgate/node_modules'

/** Creates the image layer with the program `headgate`. Moves the folder `modules` into the layer. */
export function createProgramLayer(root: string, program: Program, modules: string): void {
  mkdirSync(join(root, 'usr/lib/headgate'), { recursive: true })
  renameSync(modules, join(root, modulesPath))
  mkdirSync(join(root, 'usr/bin'), { recursive: true })
  const command = join(root, 'usr/bin/headgate')
  // The first line of the published program needs `env`, which the images do not contain, so the layer has another
  // command file.
  writeFileSync(command, `#!/usr/bin/node\nimport '/${join(modulesPath, program.entry)}'\n`)
  chmodSync(command, 0o755)
  mkdirSync(join(root, 'usr/share/doc/headgate'), { recursive: true })
  cpSync(join(repositoryRoot, 'LICENSE'), join(root, 'usr/share/doc/headgate/copyright'))
}
