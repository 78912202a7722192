import { existsSync } from 'node:fs'
import { readFile, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'

export interface Binaries {
  readonly initdb: string
  readonly pgCtl: string
  readonly postgres: string
}

const INSTEAD = 'Set HEADGATE_DATABASE_URL to a PostgreSQL server of your own instead.'

/**
 * Finds the PostgreSQL programs that npm installed for this platform.
 *
 * @throws EmbeddedPostgresError `unsupported-platform`
 */
export async function findBinaries(): Promise<Binaries> {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  const found = await importPlatform(name)
  if (found === undefined || !existsSync(found.postgres)) {
    throw new EmbeddedPostgresError(
      'unsupported-platform',
      `The package ${name} with PostgreSQL's programs is not installed. Install with optional dependencies, if there ` +
        `is one for this platform. ${INSTEAD}`,
    )
  }
  if (process.platform === 'linux' && !hasGlibc()) {
    throw new EmbeddedPostgresError(
      'unsupported-platform',
      `The embedded PostgreSQL needs glibc, which this Linux (musl, as in Alpine) does not have. ${INSTEAD}`,
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
 * npm packages cannot hold symbolic links; an install script makes them. Where scripts are switched off, the shared
 * libraries' short names are missing, so they are made here.
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
        `PostgreSQL's libraries in ${native} are incomplete because install scripts were switched off, and this user ` +
          `may not complete them: run \`npm rebuild\` as the user who installed.`,
        { cause },
      )
    })
  }
}
