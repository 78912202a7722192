import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Architecture } from './architecture.ts'
import { type Component, debianComponent } from './bill-of-materials.ts'
import { copyrightPackages, debianPackages } from './debian-packages.ts'
import { extractCopyright, extractPackage } from './extract-package.ts'
import type { DebianDownloads } from './fetch-debian.ts'
import { fetchPostgres } from './fetch-postgres.ts'
import { postgresComponents } from './postgres-components.ts'
import { modulesPath } from './program-layer.ts'
import { runTool } from './run-tool.ts'

/**
 * Matches the files of PostgreSQL that an image cannot use: files for compilers, and procedural languages whose
 * interpreters the image does not contain.
 */
const unusable = /\.a$|\/pgxs$|\/include$|pl(perl|python|tcl)[^/]*$/

/** Creates the layer that only the trial image has: the embedded PostgreSQL, and the shell that initdb runs. */
export async function createTrialLayer(
  root: string,
  downloads: DebianDownloads,
  architecture: Architecture,
): Promise<readonly Component[]> {
  const components: Component[] = []
  for (const wanted of debianPackages) {
    if (wanted.flavors.includes('server')) continue
    const fetched = await downloads.fetch(architecture.name, wanted.name)
    await extractPackage(wanted, fetched, root)
    components.push(debianComponent(fetched, architecture.name))
  }
  for (const [name, as] of Object.entries(copyrightPackages))
    await extractCopyright(await downloads.fetch(architecture.name, name), as, root)
  const openssl = join(root, 'usr/share/doc/openssl')
  mkdirSync(openssl, { recursive: true })
  cpSync(join(import.meta.dirname, 'licenses/openssl-1.1.txt'), join(openssl, 'copyright'))
  const { name, version, file } = await fetchPostgres(architecture)
  const folder = join(root, modulesPath, name)
  mkdirSync(folder, { recursive: true })
  await runTool('tar', ['-xzf', file, '-C', folder, '--strip-components=1', '--no-same-owner'])
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (unusable.test(path)) rmSync(join(folder, path), { recursive: true, force: true })
  linkLibraries(folder)
  return [...components, ...postgresComponents(name, version, join(folder, 'native'))]
}

/**
 * Creates the symbolic links to the libraries of PostgreSQL. npm packages cannot contain links, and the install script
 * that creates them does not run here.
 */
function linkLibraries(folder: string): void {
  const list = JSON.parse(readFileSync(join(folder, 'native/pg-symlinks.json'), 'utf8')) as readonly {
    readonly source: string
    readonly target: string
  }[]
  for (const { source, target } of list) {
    mkdirSync(dirname(join(folder, target)), { recursive: true })
    symlinkSync(basename(source), join(folder, target))
  }
}
