import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openSecretFile } from './secret-file.ts'

const folder = await mkdtemp(join(tmpdir(), 'headgate-secret-'))
afterAll(() => rm(folder, { recursive: true }))

describe('openSecretFile', () => {
  test('openSecretFile creates a file that only its owner can read, and removes the temporary file', async () => {
    {
      await using file = await openSecretFile(folder, 'kept', 'new')
      await file.write('a:b\n')
      await using _ = await openSecretFile(folder, 'abandoned', 'new')
    }
    expect(await readdir(folder)).toEqual(['kept'])
    expect(await readFile(join(folder, 'kept'), 'utf8')).toBe('a:b\n')
    expect((await stat(join(folder, 'kept'))).mode & 0o777).toBe(0o600)
  })

  test('openSecretFile refuses a path that exists', async () => {
    await writeFile(join(folder, 'file'), '')
    await symlink(join(folder, 'nowhere'), join(folder, 'link'))
    await mkdir(join(folder, 'directory'))
    for (const [name, mode] of [
      ['file', 'new'],
      ['link', 'new'],
      ['directory', 'new'],
      ['directory', 'replace'],
    ] as const) {
      const opening = openSecretFile(folder, name, mode)
      await expect(opening).rejects.toThrow(/^The (file|directory) .* exists already\.$/)
    }
    await using file = await openSecretFile(folder, 'link', 'replace')
    await file.write('new')
    expect(await readdir(folder)).not.toContain('nowhere')
  })
})
