import { existsSync } from 'node:fs'
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

// Builds the web page of the console into the folder `site`. With --if-changed, builds only if a source file is newer
// than the last build.
const root = import.meta.dirname
const site = join(root, 'site')
const onlyIfChanged = process.argv.includes('--if-changed')
const sources = ['src', 'index.html', 'icon.svg', 'build.ts', 'package.json']

async function newestChange(path: string): Promise<number> {
  const info = await stat(path)
  if (!info.isDirectory()) return info.mtimeMs
  const names = await readdir(path)
  return Math.max(info.mtimeMs, ...(await Promise.all(names.map((name) => newestChange(join(path, name))))))
}

async function isCurrent(): Promise<boolean> {
  if (!existsSync(site)) return false
  const built = await stat(join(site, 'index.html'))
  const changed = await Promise.all(sources.map((name) => newestChange(join(root, name))))
  return built.mtimeMs > Math.max(...changed)
}

/**
 * Writes a Brotli and a gzip version of each file to the same folder, so that the server need not compress responses.
 */
async function compress(folder: string): Promise<void> {
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name)
    if (!(await stat(path)).isFile()) continue
    const bytes = await readFile(path)
    await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes, brotli))
    await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }))
  }
}

async function build(): Promise<void> {
  const { build: bundle } = await import('vite')
  // Several servers of one checkout can build at the same time. Each builds in its own folder, and with --if-changed
  // the first complete build is kept.
  const temporary = join(root, `.site-${process.pid}`)
  await bundle({
    configFile: false,
    root,
    base: './',
    logLevel: 'error',
    publicDir: false,
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: temporary,
      emptyOutDir: true,
      target: 'es2024',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  })
  await compress(temporary)
  if (onlyIfChanged && (await isCurrent())) {
    await rm(temporary, { recursive: true, force: true })
    return
  }
  await rm(site, { recursive: true, force: true })
  await rename(temporary, site).catch(async (error: NodeJS.ErrnoException) => {
    await rm(temporary, { recursive: true, force: true })
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  })
}

if (!onlyIfChanged || !(await isCurrent())) await build()
