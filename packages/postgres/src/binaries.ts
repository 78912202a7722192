import { existsSync } from 'node:fs'
import { readFile, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'

/** Paths of the PostgreSQL programs that this package runs. */
export interface Binaries {
  readonly initdb: string
  readonly pgCtl: string
  readonly postgres: string
}

const ALTERNATIVE = 'Alternatively, set HEADGATE_DATABASE_URL to the URL of your PostgreSQL server.'

/**
 * Finds the PostgreSQL programs that npm installed for this platform.
 *
 * @throws {EmbeddedPostgresError} `unsupported-platform`, or `not-permitted` when their libraries cannot be linked
 */
export async function findBinaries(): Promise<Binaries> {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  const found = await importPlatform(name)
  if (found === undefined || !existsSync(found.postgres)) {
    throw new EmbeddedPostgresError(
      'unsupported-platform',
      `The package ${name}, which contains PostgreSQL, is not installed. If it exists for this platform, run npm ` +
        `install without --omit=optional. ${ALTERNATIVE}`,
    )
  }
  if (process.platform === 'linux' && !hasGlibc()) {
    throw new EmbeddedPostgresError(
      'unsupported-platform',
      `The embedded PostgreSQL needs glibc, which this Linux system does not have (Alpine uses musl). ${ALTERNATIVE}`,
    )
  }
  await linkLibraries(dirname(dirname(found.postgres)))
  return found
}

async function importPlatform(name: string): Promise<Binaries | undefined> {
  let module: unknown
  try {
    module = await import(name)
  } catch {
    return undefined
  }
  if (typeof module !== 'object' || module === null) return undefined
  const { initdb, pg_ctl: pgCtl, postgres } = module as Readonly<Record<string, unknown>>
  if (typeof initdb !== 'string' || typeof pgCtl !== 'string' || typeof postgres !== 'string')
    return undefined
  return { initdb, pgCtl, postgres }
}

function hasGlibc(): boolean {
  const report: unknown = process.report.getReport()
  return /"glibcVersionRuntime"/.test(JSON.stringify(report, ['header', 'glibcVersionRuntime']))
}

/**
 * Creates missing symbolic links to the shared libraries. npm packages cannot contain symbolic links, so an install
 * script of the package creates them, unless install scripts are disabled.
 */
async function linkLibraries(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links: unknown = JSON.parse(list)
  if (!Array.isArray(links)) return
  for (const entry of links as readonly unknown[]) {
    if (typeof entry !== 'object' || entry === null) continue
    const { source, target } = entry as Readonly<Record<string, unknown>>
    if (typeof source !== 'string' || typeof target !== 'string') continue
    const path = join(dirname(native), target)
    if (existsSync(path)) continue
    await symlink(basename(source), path).catch((cause: unknown) => {
      if (existsSync(path)) return
      throw new EmbeddedPostgresError(
        'not-permitted',
        `The libraries of PostgreSQL in ${native} are incomplete, because install scripts were disabled, and this ` +
          `user cannot write there. Run \`npm rebuild\` as the user who installed the package.`,
        { cause },
      )
    })
  }
}
