import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { findUnlocked, readLockFile, thirdPartyEntries } from './lock-file.ts'
import { runTool } from './run-tool.ts'
import type { Program } from './workspace.ts'

/** Installed npm packages of the program `headgate`, which are identical for all architectures. */
export interface Installation {
  /** Path of the folder `node_modules`. */
  readonly modules: string
  /** Bill of materials that npm has written: a CycloneDX document in JSON. */
  readonly bill: string
}

/**
 * Installs the packed program with exactly the third-party packages in `package-lock.json`. Omits its optional
 * dependency, the embedded PostgreSQL.
 *
 * @throws Error when npm installs other versions, or a package contains machine code
 */
export async function installPackages(
  program: Program,
  tarballs: ReadonlyMap<string, string>,
  folder: string,
): Promise<Installation> {
  mkdirSync(join(folder, 'tarballs'), { recursive: true })
  const own = [...tarballs].map(([name, file]) => {
    cpSync(file, join(folder, 'tarballs', basename(file)))
    return [name, `file:tarballs/${basename(file)}`] as const
  })
  const root = { name: 'headgate-image', version: program.version, private: true }
  const dependencies = { ...Object.fromEntries(own), ...program.peers }
  const locked = thirdPartyEntries(readLockFile(), [...tarballs.keys()])
  writeJson(join(folder, 'package.json'), { ...root, dependencies })
  writeJson(join(folder, 'package-lock.json'), {
    ...root,
    lockfileVersion: 3,
    packages: { '': root, ...locked },
  })
  const omit = ['--omit=dev', '--omit=optional']
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
  await runTool('npm', ['install', ...omit, ...quiet], { cwd: folder, timeoutMs: 600_000 })
  const modules = join(folder, 'node_modules')
  const hidden = join(modules, '.package-lock.json')
  const unlocked = findUnlocked(thirdPartyEntries(readLockFile(hidden), [...tarballs.keys()]), locked)
  if (unlocked.length > 0) throw new Error(`npm installed other versions:\n${unlocked.join('\n')}`)
  const bill = await runTool('npm', ['sbom', '--sbom-format=cyclonedx', ...omit], { cwd: folder })
  rmSync(hidden)
  rmSync(join(modules, '.bin'), { recursive: true, force: true })
  checkPortable(modules)
  return { modules, bill }
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)
}

/**
 * Throws an error if a package contains machine code, because the images of all architectures contain the same npm
 * packages.
 */
function checkPortable(modules: string): void {
  const native = readdirSync(modules, { recursive: true, encoding: 'utf8' }).find((path) =>
    path.endsWith('.node'),
  )
  if (native !== undefined)
    throw new Error(`${native} contains machine code, but it would be installed for every architecture.`)
}
