import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { WarehouseStorage } from './catalog-access.ts'
import { freePort } from './free-port.ts'
import { goCommand, installGoProgram } from './go-program.ts'
import { cacheFolder } from './paths.ts'
import type { KeptProcess, ProcessKeeper } from './process-keeper.ts'
import { responds, waitUntilReady } from './wait-until-ready.ts'

// MinIO's release tags are not valid Go module versions, so this pins a pseudo-version.
const version = 'v0.0.0-20260212201848-7aac2a2c5b7c'

export const howToGetMinio = 'npm run engines:install minio, or HEADGATE_MINIO=/path/of/a/binary'

const minio = { name: 'minio', path: 'github.com/minio/minio', version }

/**
 * Returns the path of a MinIO binary: the file that `HEADGATE_MINIO` names, or a binary that is built from source in
 * the cache folder.
 */
export async function installMinio(
  keeper: ProcessKeeper,
  say: (line: string) => void = console.error,
): Promise<string> {
  const named = process.env['HEADGATE_MINIO'] ?? ''
  return named === '' ? await installGoProgram(keeper, cacheFolder('engines', 'minio'), minio, say) : named
}

/**
 * Returns the path of an existing MinIO binary, or undefined if there is none: the file that `HEADGATE_MINIO` names,
 * or a result of `installMinio` or `go install`. Throws if there is none and `HEADGATE_REQUIRE_MINIO=1` is set.
 */
export function findMinio(): string | undefined {
  const named = process.env['HEADGATE_MINIO'] ?? ''
  if (named !== '' && !existsSync(named))
    throw new Error(`HEADGATE_MINIO names a file that does not exist: ${named}`)
  if (named !== '') return named
  const go = spawnSync(goCommand, ['env', 'GOPATH'], { encoding: 'utf8' })
  const places = [
    cacheFolder('engines', 'minio', 'minio'),
    ...(go.status === 0 ? [join(go.stdout.trim(), 'bin', 'minio')] : []),
  ]
  const found = places.find((path) => existsSync(path))
  if (found === undefined && process.env['HEADGATE_REQUIRE_MINIO'] === '1')
    throw new Error(`HEADGATE_REQUIRE_MINIO is set, but MinIO is not installed: ${howToGetMinio}`)
  return found
}

/** Running MinIO server. The function `storage` returns the storage settings of a warehouse in a bucket. */
export interface Minio {
  readonly endpoint: string
  readonly process: KeptProcess
  storage(bucket: string): WarehouseStorage & { kind: 's3' }
}

/** Starts MinIO on a free loopback port with its data in `folder`, and creates the buckets. */
export async function startMinio(
  keeper: ProcessKeeper,
  options: {
    readonly binary: string
    readonly folder: string
    readonly buckets: readonly string[]
    /** Additional environment variables of MinIO. */
    readonly env?: Readonly<Record<string, string>>
  },
): Promise<Minio> {
  // Each folder in MinIO's data directory is a bucket.
  for (const bucket of options.buckets) mkdirSync(join(options.folder, 'data', bucket), { recursive: true })
  const port = await freePort()
  const accessKeyId = 'engines-admin'
  const secretAccessKey = 'engines-admin-secret'
  const child = keeper.start({
    name: 'minio',
    command: options.binary,
    args: ['server', join(options.folder, 'data'), '--address', `127.0.0.1:${port}`, '--quiet'],
    env: {
      MINIO_ROOT_USER: accessKeyId,
      MINIO_ROOT_PASSWORD: secretAccessKey,
      MINIO_REGION: 'us-east-1',
      MINIO_BROWSER: 'off',
      MINIO_UPDATE: 'off',
      MINIO_CALLHOME_ENABLE: 'off',
      GOMEMLIMIT: '512MiB',
      ...options.env,
    },
    log: join(options.folder, 'minio.log'),
  })
  const endpoint = `http://127.0.0.1:${port}`
  await waitUntilReady(child, () => responds(`${endpoint}/minio/health/ready`), 30_000)
  return {
    endpoint,
    process: child,
    storage: (bucket) => ({
      kind: 's3',
      endpoint,
      region: 'us-east-1',
      accessKeyId,
      secretAccessKey,
      root: `s3://${bucket}/warehouse`,
    }),
  }
}
