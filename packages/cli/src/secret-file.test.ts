import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openSecretFile } from './secret-file.ts'

const folder = await mkdtemp(join(tmpdir(), 'headgate-secret-'))
afterAll(() => rm(folder, { recursive: true }))

describe('the file of a secret', () => {
  test('is its owner’s alone, and nothing is left of one that was not written', async () => {
    {
      await using file = await openSecretFile(folder, 'kept', 'new')
      await file.write('a:b\n')
      await using _ = await openSecretFile(folder, 'given up', 'new')
    }
    expect(await readdir(folder)).toEqual(['kept'])
    expect(await readFile(join(folder, 'kept'), 'utf8')).toBe('a:b\n')
    expect((await stat(join(folder, 'kept'))).mode & 0o777).toBe(0o600)
  })

  test('is refused before there is a secret when something stands in its place', async () => {
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
      await expect(opening).rejects.toThrow(/^There is a (file|directory) .* already\.$/)
    }
    await using file = await openSecretFile(folder, 'link', 'replace')
    await file.write('new')
    expect(await readdir(folder)).not.toContain('nowhere')
  })
})
