import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Instructions for users without a MinIO binary. */
export const installMinioHint =
  'run "npm run engines:install minio", which needs Go, or set HEADGATE_MINIO to the path of a binary'

/**
 * Returns the path of the MinIO binary, or undefined if there is none. The binary is the file that `HEADGATE_MINIO`
 * names, or a file that `engines:install` or `go install` installed.
 *
 * @throws {Error} when the file that `HEADGATE_MINIO` names does not exist, or no binary exists and
 * `HEADGATE_REQUIRE_MINIO=1` is set
 */
export function findMinio(): string | undefined {
  const named = process.env['HEADGATE_MINIO']
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return named
    throw new Error(`HEADGATE_MINIO names a file that does not exist: ${named}`)
  }
  const found = [installedHere(), installedByGo()].find((path) => path !== undefined && existsSync(path))
  if (found === undefined && process.env['HEADGATE_REQUIRE_MINIO'] === '1')
    throw new Error(`HEADGATE_REQUIRE_MINIO is set, but no MinIO binary was found: ${installMinioHint}`)
  return found
}

/**
 * Returns the title of a test that needs MinIO. If no binary exists, appends that the test is skipped and how to install
 * MinIO.
 *
 * @example
 * ```ts
 * describe.skipIf(findMinio() === undefined)(needsMinio('a warehouse on S3'), () => …)
 * ```
 */
export function needsMinio(name: string): string {
  return findMinio() === undefined ? `${name} (skipped, needs MinIO: ${installMinioHint})` : name
}

function installedHere(): string {
  const cache = process.env['HEADGATE_CACHE'] ?? fileURLToPath(new URL('../../../.cache', import.meta.url))
  return join(cache, 'engines', 'minio', 'minio')
}

function installedByGo(): string | undefined {
  const go = spawnSync('go', ['env', 'GOPATH'], { encoding: 'utf8' })
  return go.status === 0 ? join(go.stdout.trim(), 'bin', 'minio') : undefined
}
