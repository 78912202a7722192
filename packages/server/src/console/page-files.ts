import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** File of the web console, as is and in the compressed forms that the build made. */
export interface PageFile {
  readonly type: string
  readonly plain: Buffer
  readonly brotli: Buffer | null
  readonly gzip: Buffer | null
}

/** Files of the page by their path below `/console/`. */
export type PageFiles = ReadonlyMap<string, PageFile>

const types: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

/**
 * Reads the files of the web console from the package `@headgate/console`. In a checkout of the repository, a separate
 * process first builds them from their source, if they are not newer than the source.
 */
export async function readPageFiles(): Promise<PageFiles> {
  const folder = dirname(fileURLToPath(import.meta.resolve('@headgate/console/package.json')))
  const build = join(folder, 'build.ts')
  if (existsSync(build)) await promisify(execFile)(process.execPath, [build, '--if-changed'])
  const site = join(folder, 'site')
  const paths = await readdir(site, { recursive: true })
  const found = paths.filter((path) => types[toExtension(path)] !== undefined)
  return new Map(
    await Promise.all(found.map(async (path) => [path, await readPageFile(site, path)] as const)),
  )
}

async function readPageFile(site: string, path: string): Promise<PageFile> {
  const read = (suffix: string): Promise<Buffer | null> =>
    readFile(join(site, path + suffix)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw error
    })
  const [plain, brotli, gzip] = await Promise.all([readFile(join(site, path)), read('.br'), read('.gz')])
  return { type: types[toExtension(path)] ?? '', plain, brotli, gzip }
}

function toExtension(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1)
}
