import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { findMinio, needsMinio } from './find-minio.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('MinIO', () => {
  test('is the binary that HEADGATE_MINIO names, which must be there', () => {
    const binary = join(mkdtempSync(join(tmpdir(), 'headgate-minio-')), 'minio')
    vi.stubEnv('HEADGATE_MINIO', binary)
    expect(findMinio).toThrow(`HEADGATE_MINIO names no file: ${binary}`)
    writeFileSync(binary, '')
    expect(findMinio()).toBe(binary)
    expect(needsMinio('a suite')).toBe('a suite')
  })

  test('that is asked for and is not there fails, and else is told by the names of what is left out', () => {
    for (const name of ['HEADGATE_MINIO', 'HEADGATE_REQUIRE_MINIO']) vi.stubEnv(name, '')
    vi.stubEnv('HEADGATE_CACHE', '/nowhere')
    // So there is no `go` that could tell where it installs.
    vi.stubEnv('PATH', '')
    expect(findMinio()).toBe(undefined)
    expect(needsMinio('a suite')).toBe(
      'a suite (left out, needs MinIO: npm run engines:install minio (needs Go), or HEADGATE_MINIO=/path/of/a/binary)',
    )
    vi.stubEnv('HEADGATE_REQUIRE_MINIO', '1')
    expect(findMinio).toThrow(/HEADGATE_REQUIRE_MINIO is set, .*engines:install minio/)
  })
})
