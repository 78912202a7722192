import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../lib/paths.ts'

/** The MinIO binary of this machine: `HEADGATE_MINIO`, the one that the engines installed, or that of `go install`. */
export function findMinio(): string | undefined {
  const named = process.env['HEADGATE_MINIO']
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return named
    throw new Error(`HEADGATE_MINIO names no file: ${named}`)
  }
  const cached = cacheFolder('engines', 'minio', 'minio')
  if (existsSync(cached)) return cached
  const go = spawnSync('go', ['env', 'GOPATH'], { encoding: 'utf8' })
  const installed = go.status === 0 ? join(go.stdout.trim(), 'bin', 'minio') : undefined
  return installed !== undefined && existsSync(installed) ? installed : undefined
}
