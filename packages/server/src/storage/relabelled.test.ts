import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileStorage } from './file.ts'
import { Relabelled } from './relabelled.ts'
import { storageContract } from './storage-contract.ts'

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
