import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { FileStorage } from './file.ts'
import { Relabelled } from './relabelled.ts'
import { storageContract } from '../test/storage-contract.ts'

storageContract('a directory under the name of a bucket', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-relabelled-'))
  const root = `file://${folder}/root/`
  const storage = new Relabelled({
    storage: new FileStorage({ roots: [root] }),
    from: 's3://lakehouse/',
    to: root,
  })
  return {
    storage,
    root: 's3://lakehouse/',
    outside: 's3://another/x',
    dispose: async () => {
      await storage[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
})

it('error messages of a directory with a bucket name show the locations of clients, and never the directory on disk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-relabelled-'))
  await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
  const to = `file://${folder}/root/`
  await using storage = new Relabelled({
    storage: new FileStorage({ roots: [to] }),
    from: 's3://lakehouse/',
    to,
  })
  const at = (key: string): string => `s3://lakehouse/${key}`
  const bytes = Buffer.from('x')
  await storage.put(at('file'), bytes)
  await mkdir(join(folder, 'root', 'taken', 'below'), { recursive: true })
  await writeFile(join(folder, 'root', 'taken', 'below', 'x'), 'x')
  await mkdir(join(folder, 'elsewhere'))
  await writeFile(join(folder, 'elsewhere', 'x'), 'x')
  await symlink(join(folder, 'elsewhere'), join(folder, 'root', 'link'))
  const upload = '00000000-0000-4000-8000-000000000000'
  const long = `${'n'.repeat(300)}/x`
  const parts = async (): Promise<void> => {
    for await (const part of storage.listParts(at('file'), upload)) expect(part).toBeUndefined()
  }
  const listed = async (): Promise<void> => {
    for await (const entry of storage.list(at('link/'))) expect(entry).toBeUndefined()
  }
  const existing = async (): Promise<boolean | undefined> =>
    Promise.resolve(storage.existsSync?.(at('link/x')))
  const attempts: Readonly<Record<string, () => Promise<unknown>>> = {
    get: () => storage.get(at('none')),
    getBytes: () => storage.getBytes(at('file'), { maxBytes: 0 }),
    head: () => storage.head(at('link/x')),
    put: () => storage.put(at('taken'), bytes),
    'put below an object': () => storage.put(at('file/x'), bytes),
    'put of a long name': () => storage.put(at(long), bytes),
    'put again': () => storage.put(at('file'), bytes, { ifAbsent: true }),
    delete: () => storage.delete(at('link/x')),
    copy: () => storage.copy(at('none'), at('other')),
    createUpload: () => storage.createUpload(at(long)),
    uploadPart: () => storage.uploadPart(at('file'), upload, 1, bytes),
    completeUpload: () => storage.completeUpload(at('file'), upload, [{ partNumber: 1, etag: '"x"' }]),
    listParts: parts,
    list: listed,
    existsSync: existing,
  }
  const messages: Record<string, string> = {}
  for (const [name, attempt] of Object.entries(attempts)) {
    messages[name] = await attempt().then(
      () => 'nothing was thrown',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
  }
  const { failed } = await storage.deleteMany([at('link/x')])
  messages['deleteMany'] = failed[0]?.error.message ?? 'nothing was thrown'
  expect(Object.entries(messages).filter(([, text]) => !text.includes('s3://lakehouse/'))).toEqual([])
  expect(Object.entries(messages).filter(([, text]) => text.includes(folder))).toEqual([])
})
