import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { openStorage } from '@headgate/storage'
import { probeStorage } from './probe-storage.ts'

test('a store that never answers is told of in time', async () => {
  const sockets: Socket[] = []
  const mute = createServer((socket) => void sockets.push(socket))
  mute.listen(0, '127.0.0.1')
  await once(mute, 'listening')
  const address = mute.address()
  if (address === null || typeof address === 'string') throw new Error('it listens on a port')
  try {
    await using storage = await openStorage({
      type: 's3',
      bucket: 'lake',
      endpoint: `http://127.0.0.1:${address.port}`,
      region: 'us-east-1',
      accessKeyId: 'a',
      secretAccessKey: 'b',
    })
    const began = performance.now()
    const probe = probeStorage({ storage, root: 's3://lake/w' }, AbortSignal.timeout(60_000), 200)
    await expect(probe).rejects.toMatchObject({
      code: 'bad-request',
      message: 'The storage cannot be used: writing failed. The store did not answer within 0.2 s.',
    })
    expect(performance.now() - began).toBeLessThan(10_000)
  } finally {
    for (const socket of sockets) socket.destroy()
    mute.close()
  }
})
