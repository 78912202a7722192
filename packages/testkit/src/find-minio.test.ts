import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { findMinio, needsMinio } from './find-minio.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('findMinio', () => {
  test('findMinio returns the binary that HEADGATE_MINIO names, and throws if the file does not exist', () => {
    const binary = join(mkdtempSync(join(tmpdir(), 'headgate-minio-')), 'minio')
    vi.stubEnv('HEADGATE_MINIO', binary)
    expect(findMinio).toThrow(`HEADGATE_MINIO names a file that does not exist: ${binary}`)
    writeFileSync(binary, '')
    expect(findMinio()).toBe(binary)
    expect(needsMinio('a suite')).toBe('a suite')
  })

  test('findMinio throws if HEADGATE_REQUIRE_MINIO is set and no binary exists; otherwise titles of skipped tests state the reason', () => {
    for (const name of ['HEADGATE_MINIO', 'HEADGATE_REQUIRE_MINIO']) vi.stubEnv(name, '')
    vi.stubEnv('HEADGATE_CACHE', '/nowhere')
    // An empty PATH hides the program `go`. Otherwise `go` would return its installation directory, which may contain
    // MinIO.
    vi.stubEnv('PATH', '')
    expect(findMinio()).toBe(undefined)
    expect(needsMinio('a suite')).toBe(
      'a suite (skipped, needs MinIO: run "npm run engines:install minio", which needs Go, or set HEADGATE_MINIO to the path of a binary)',
    )
    vi.stubEnv('HEADGATE_REQUIRE_MINIO', '1')
    expect(findMinio).toThrow(/HEADGATE_REQUIRE_MINIO is set, .*engines:install minio/)
  })
})
