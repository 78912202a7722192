import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeCredentialFile } from './credential-file.ts'

async function inDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'headgate-credential-'))
  try {
    await work(directory)
  } finally {
    await rm(directory, { recursive: true })
  }
}

describe('The credential file', () => {
  const credential = { clientId: 'admin', clientSecret: 'canary-secret' }

  test('the credential file contains one line, is readable only by its owner, and replaces the previous file without leaving a temporary file', () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'admin-credential')
      await writeFile(path, 'old', { mode: 0o644 })
      await writeCredentialFile(path, credential)
      expect(await readFile(path, 'utf8')).toBe('admin:canary-secret\n')
      expect((await stat(path)).mode & 0o777).toBe(0o600)
      expect(await readdir(directory)).toEqual(['admin-credential'])
    }))

  test('writeCredentialFile does not write through a symbolic link', () =>
    inDirectory(async (directory) => {
      const target = join(directory, 'target')
      await writeFile(target, 'untouched')
      await symlink(target, join(directory, 'admin-credential'))
      await writeCredentialFile(join(directory, 'admin-credential'), credential)
      expect(await readFile(target, 'utf8')).toBe('untouched')
    }))

  test('no error of writeCredentialFile contains the secret', () =>
    inDirectory(async (directory) => {
      const failure = writeCredentialFile(join(directory, randomBytes(4).toString('hex'), 'x'), credential)
      await expect(failure).rejects.toThrow(/ENOENT/)
      await expect(failure).rejects.not.toThrow(/canary/)
    }))
})
