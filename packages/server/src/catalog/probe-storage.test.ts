import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { openStorage } from '@headgate/storage'
import { probeStorage } from './probe-storage.ts'

test('probeStorage names the failed step when the store never responds, and ends within its time limit', async () => {
  const sockets: Socket[] = []
  const silent = createServer((socket) => void sockets.push(socket))
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const address = silent.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
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
    silent.close()
  }
})
