import { createConnection, type Socket } from 'node:net'
import { once } from 'node:events'
import { ResponseReader } from './response-reader.ts'
import type { BurstCounts, BurstPlan } from './burst.ts'
import { Histogram } from './histogram.ts'

/**
 * Burst process, whose argument is a plan as JSON. It first opens all connections, and then sends one request
 * on each of them at the same time.
 */
const plan = JSON.parse(process.argv[2] ?? '') as BurstPlan
/**
 * Number of connections that are being opened at the same time. It is smaller than the accept queue of a
 * listening socket, so that no connection is refused.
 */
const connectingAtOnce = 100
console.log(`burst ${JSON.stringify(await run(plan))}`)
process.exit()

async function run({ host, port, clients, request }: BurstPlan): Promise<BurstCounts> {
  const sockets: Socket[] = []
  while (sockets.length < clients) {
    const more = Array.from({ length: Math.min(connectingAtOnce, clients - sockets.length) }, () =>
      createConnection({ host, port, noDelay: true }),
    )
    await Promise.all(more.map((socket) => once(socket, 'connect')))
    sockets.push(...more)
  }
  const latencies = new Histogram()
  const refused: Record<string, number> = {}
  let complaint: string | null = null
  let bytes = 0
  const sentAt = performance.now()
  await Promise.all(
    sockets.map(async (socket) => {
      const reader = new ResponseReader()
      const answered = Promise.withResolvers<void>()
      socket.on('error', answered.reject)
      socket.on('close', () => answered.reject(new Error('A connection ended before its response arrived.')))
      socket.on('data', (data: Buffer) => {
        const response = reader.read(data)
        if (response === null) return
        latencies.add(performance.now() - sentAt)
        bytes += response.bytes
        if (response.status >= 300) {
          refused[response.status] = (refused[response.status] ?? 0) + 1
          complaint ??= reader.complaint
        }
        answered.resolve()
      })
      socket.write(request, 'latin1')
      await answered.promise
    }),
  )
  const seconds = (performance.now() - sentAt) / 1000
  return { responses: latencies.total, seconds, bytes, refused, complaint, latencies: latencies.pairs() }
}
