import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../../conformance/lib/paths.ts'
import { runTool } from './run-tool.ts'

/**
 * Downloads a package from npm. Returns the path of the tarball.
 *
 * @param integrity digest of the tarball, in the form that `package-lock.json` uses
 */
export async function fetchNpm(name: string, version: string, integrity: string): Promise<string> {
  const folder = cacheFolder('image', 'downloads')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)
  if (!existsSync(file))
    await runTool('npm', ['pack', `${name}@${version}`, '--pack-destination', folder], { cwd: folder })
  const digest = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`
  if (digest !== integrity)
    throw new Error(
      `${file} has the digest ${digest} instead of ${integrity}. Delete the file and try again.`,
    )
  return file
}
