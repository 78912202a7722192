import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { type DebianPackage, isIncluded } from './debian-packages.ts'
import type { FetchedPackage } from './fetch-debian.ts'
import { runTool } from './run-tool.ts'

/**
 * Extracts the selected files of a Debian package to the root file system of an image. Records the package below
 * `var/lib/dpkg/status.d`, from which vulnerability scanners read the installed packages.
 */
export async function extractPackage(
  wanted: DebianPackage,
  { file }: FetchedPackage,
  root: string,
): Promise<void> {
  await withContent(file, (content) => {
    for (const path of readdirSync(content, { recursive: true, encoding: 'utf8' }).toSorted()) {
      if (lstatSync(join(content, path)).isDirectory() || !isIncluded(wanted, path)) continue
      mkdirSync(dirname(join(root, path)), { recursive: true })
      copyEntry(join(content, path), join(root, path))
    }
    if (wanted.name === 'ca-certificates') writeBundle(content, root)
  })
  const status = join(root, 'var/lib/dpkg/status.d')
  mkdirSync(status, { recursive: true })
  writeFileSync(join(status, wanted.name), await runTool('dpkg-deb', ['-f', file]))
}

/** Extracts only the copyright file of a Debian package. */
export async function extractCopyright(
  { name, file }: FetchedPackage,
  as: string,
  root: string,
): Promise<void> {
  await withContent(file, (content) => {
    const to = join(root, 'usr/share/doc', as)
    mkdirSync(to, { recursive: true })
    cpSync(join(content, 'usr/share/doc', name, 'copyright'), join(to, 'copyright'), { dereference: true })
  })
}

/** Copies a file or a link. `cpSync` refuses links to files of other packages. */
function copyEntry(from: string, to: string): void {
  if (lstatSync(from).isSymbolicLink()) symlinkSync(readlinkSync(from), to)
  else cpSync(from, to)
}

async function withContent(file: string, use: (content: string) => void): Promise<void> {
  const content = mkdtempSync(join(dirname(file), 'content-'))
  try {
    await runTool('dpkg-deb', ['-x', file, content])
    use(content)
  } finally {
    rmSync(content, { recursive: true, force: true })
  }
}

/** Writes all certificates into one file, like `update-ca-certificates`. */
function writeBundle(content: string, root: string): void {
  const folder = join(content, 'usr/share/ca-certificates/mozilla')
  const names = readdirSync(folder).toSorted()
  mkdirSync(join(root, 'etc/ssl/certs'), { recursive: true })
  const text = names.map((name) => readFileSync(join(folder, name), 'utf8')).join('')
  writeFileSync(join(root, 'etc/ssl/certs/ca-certificates.crt'), text)
}
