import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileStorage } from './file.ts'
import { storageContract } from '../test/storage-contract.ts'

storageContract('file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'headgate storage-'))
  const root = `file://${folder}/root`
  const storage = new FileStorage({ roots: [root] })
  return {
    storage,
    root: `${root}/`,
    outside: `file://${folder}/other/x`,
    dispose: async () => {
      await storage[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
})
