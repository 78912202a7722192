import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileModes } from './file-modes.ts'
import { openStorage } from './open-storage.ts'
import { parseStorageProfile } from './storage-profile.ts'
import type { Storage } from './storage.ts'

/**
 * Writes an object with each write operation of a storage: put from memory, put from a stream, copy, and upload in
 * parts.
 */
async function writeInEachWay(storage: Storage, at: (name: string) => string): Promise<void> {
  await storage.put(at('t/metadata/whole'), Buffer.from('a'), { ifAbsent: true })
  const streamed = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('b')
  }
  await storage.put(at('t/data/day=1/streamed'), streamed())
  await storage.copy(at('t/metadata/whole'), at('t/copied/whole'))
  const { uploadId } = await storage.createUpload(at('t/parts/joined'))
  const { etag } = await storage.uploadPart(at('t/parts/joined'), uploadId, 1, Buffer.from('c'))
  await storage.createUpload(at('t/parts/unfinished'))
  await storage.completeUpload(at('t/parts/joined'), uploadId, [{ partNumber: 1, etag }])
}

describe.skipIf(process.platform === 'win32')('File storage with file modes', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'headgate-modes-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  /** Returns the permission bits, in octal, of all files and directories except those of uploads. */
  async function modes(): Promise<Record<string, string>> {
    const names = (await readdir(join(folder, 'root'), { recursive: true })).filter(
      (name) => !name.startsWith('.headgate-uploads'),
    )
    const found = ['', ...names].map(async (name): Promise<[string, string]> => {
      const { mode } = await stat(join(folder, 'root', name))
      return [name, (mode & 0o7777).toString(8)]
    })
    return Object.fromEntries(await Promise.all(found))
  }

  const kinds = [
    ['a directory that clients see as a bucket', { bucket: 'lakehouse' }],
    ['a directory that engines open themselves', {}],
  ] as const
  it.each(kinds)(
    'the file storage creates files that only the user of the server can read: %s',
    async (_, label) => {
      const profile = parseStorageProfile({ type: 'file', root: `file://${folder}/root`, ...label })
      await using storage = await openStorage(profile)
      const start = 'bucket' in label ? `s3://${label.bucket}` : `file://${folder}/root`
      await writeInEachWay(storage, (name) => `${start}/${name}`)
      const found = await modes()
      const files = Object.entries(found).filter(([name]) => /whole|streamed|joined/.test(name))
      expect(files).toHaveLength(4)
      expect(new Set(files.map(([, mode]) => mode))).toEqual(new Set(['600']))
      const directories = Object.entries(found).filter(([name]) => !/whole|streamed|joined/.test(name))
      expect(new Set(directories.map(([, mode]) => mode))).toEqual(new Set(['700']))
    },
  )

  it('the file storage creates files with exactly the mode of --file-mode under any umask, and adds the execute bits to directories', async () => {
    const root = `file://${folder}/root`
    await using storage = await openStorage(parseStorageProfile({ type: 'file', root, fileMode: '0664' }))
    // The test does not change the umask, because all workers of the test runner share it. The mode 0664 has more
    // bits than most umasks allow.
    await writeInEachWay(storage, (name) => `${root}/${name}`)
    expect(await modes()).toMatchObject({
      '': '775',
      't/metadata': '775',
      't/metadata/whole': '664',
      't/data/day=1': '775',
      't/data/day=1/streamed': '664',
      't/copied/whole': '664',
      't/parts/joined': '664',
    })
  })

  it('the file storage stores parts of unfinished uploads so that only the server can read them', async () => {
    const root = `file://${folder}/root`
    await using storage = await openStorage(parseStorageProfile({ type: 'file', root, fileMode: '0644' }))
    await writeInEachWay(storage, (name) => `${root}/${name}`)
    expect((await stat(join(folder, 'root/.headgate-uploads'))).mode & 0o777).toBe(0o700)
  })

  it('the file storage keeps the mode of existing files, and the group that new directories inherit', async () => {
    await mkdir(join(folder, 'root/t'), { recursive: true, mode: 0o755 })
    await writeFile(join(folder, 'root/t/old'), 'x', { mode: 0o644 })
    await chmod(join(folder, 'root/t'), 0o2755)
    const root = `file://${folder}/root`
    await using storage = await openStorage(parseStorageProfile({ type: 'file', root, fileMode: '0640' }))
    await storage.put(`${root}/t/data/new`, Buffer.from('y'))
    expect(await modes()).toMatchObject({ t: '2755', 't/old': '644', 't/data': '2750', 't/data/new': '640' })
  })
})

describe('fileModes', () => {
  it.each([
    [undefined, 0o600, 0o700],
    ['600', 0o600, 0o700],
    ['0640', 0o640, 0o750],
    ['0644', 0o644, 0o755],
    ['0660', 0o660, 0o770],
    ['0666', 0o666, 0o777],
  ])(
    'fileModes adds the execute bits for directories to the mode %s, for each class of users that may read',
    (text, file, directory) => {
      expect(fileModes(text)).toMatchObject({ file, directory })
    },
  )

  it.each(['0400', '0700', '0620', '4644', '9', 'rw-r-----', ''])('refuses %j', (text) => {
    expect(() => fileModes(text)).toThrow(/0600, 0640/)
    expect(() => parseStorageProfile({ type: 'file', root: 'file:///d', fileMode: text })).toThrow('fileMode')
  })
})
