import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const howToGetMinio = 'npm run engines:install minio (needs Go), or HEADGATE_MINIO=/path/of/a/binary'

/**
 * The MinIO binary of this machine: `HEADGATE_MINIO`, the one that `engines:install` or `go install` made. Undefined when there is none.
 *
 * @throws Error when `HEADGATE_MINIO` names no file, and when there is none although `HEADGATE_REQUIRE_MINIO=1` asks for it
 */
export function findMinio(): string | undefined {
  const named = process.env['HEADGATE_MINIO']
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return named
    throw new Error(`HEADGATE_MINIO names no file: ${named}`)
  }
  const found = [installedHere(), installedByGo()].find((path) => path !== undefined && existsSync(path))
  if (found === undefined && process.env['HEADGATE_REQUIRE_MINIO'] === '1')
    throw new Error(`HEADGATE_REQUIRE_MINIO is set, and there is no MinIO binary: ${howToGetMinio}`)
  return found
}

/**
 * The name of tests that need MinIO: where they are left out it says what is missing, and how to get it.
 *
 * @example
 * ```ts
 * describe.skipIf(findMinio() === undefined)(needsMinio('a warehouse on S3'), () => …)
 * ```
 */
export function needsMinio(name: string): string {
  return findMinio() === undefined ? `${name} (left out, needs MinIO: ${howToGetMinio})` : name
}

function installedHere(): string {
  const cache = process.env['HEADGATE_CACHE'] ?? fileURLToPath(new URL('../../../.cache', import.meta.url))
  return join(cache, 'engines', 'minio', 'minio')
}

function installedByGo(): string | undefined {
  const go = spawnSync('go', ['env', 'GOPATH'], { encoding: 'utf8' })
  return go.status === 0 ? join(go.stdout.trim(), 'bin', 'minio') : undefined
}
