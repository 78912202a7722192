import { closeSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { runTool } from './run-tool.ts'

/**
 * Returns a description of each shared library that a program or library needs and that is in none of the folders.
 * Works for every architecture, because no program is run.
 *
 * @param roots folders that become one root file system
 */
export async function findMissingLibraries(roots: readonly string[]): Promise<readonly string[]> {
  const files = roots.flatMap((root) => listFiles(root).map((path) => ({ root, path })))
  const shared = new Set(files.filter(({ path }) => isLibraryFolder(path)).map(({ path }) => fileName(path)))
  const missing: string[] = []
  for (const { root, path } of files) {
    const file = join(root, path)
    if (!isElf(file)) continue
    const text = await runTool('readelf', ['-dW', file])
    const own = [...text.matchAll(/\(RUNPATH\).*\[\$ORIGIN\/?(.*)\]/g)].map(([, to = '']) =>
      relative('/', join('/', dirname(path), to)),
    )
    const beside = new Set(
      files.filter((each) => own.includes(dirname(each.path))).map((each) => fileName(each.path)),
    )
    for (const [, name = ''] of text.matchAll(/\(NEEDED\).*\[(.*)\]/g))
      if (!shared.has(name) && !beside.has(name)) missing.push(`${path} needs ${name}`)
  }
  return missing
}

function listFiles(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (path) => !lstatSync(join(root, path)).isDirectory(),
  )
}

/** Returns whether the dynamic linker of Debian searches the folder of a file for libraries. */
function isLibraryFolder(path: string): boolean {
  return /^usr\/lib\/[^/]+-linux-gnu\/[^/]+$/.test(path)
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function isElf(file: string): boolean {
  if (!lstatSync(file).isFile()) return false
  const start = Buffer.alloc(4)
  const descriptor = openSync(file, 'r')
  try {
    readSync(descriptor, start, 0, 4, 0)
  } finally {
    closeSync(descriptor)
  }
  return start.toString('latin1') === '\x7fELF'
}
