import { createConnection, type Socket } from 'node:net'
import { once } from 'node:events'
import { AnswerReader } from './answer-reader.ts'
import type { BurstCounts, BurstPlan } from './burst.ts'
import { Histogram } from './histogram.ts'

/** A burst process: its argument is a plan. It opens all connections first and then sends on all of them in the same moment. */
const plan = JSON.parse(process.argv[2] ?? '') as BurstPlan
/** Fewer than a listening socket's queue holds. */
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
      const reader = new AnswerReader()
      const answered = Promise.withResolvers<void>()
      socket.on('error', answered.reject)
      socket.on('close', () => answered.reject(new Error('a connection ended before its answer')))
      socket.on('data', (data: Buffer) => {
        const answer = reader.read(data)
        if (answer === null) return
        latencies.add(performance.now() - sentAt)
        bytes += answer.bytes
        if (answer.status >= 300) {
          refused[answer.status] = (refused[answer.status] ?? 0) + 1
          complaint ??= reader.complaint
        }
        answered.resolve()
      })
      socket.write(request, 'latin1')
      await answered.promise
    }),
  )
  const seconds = (performance.now() - sentAt) / 1000
  return { answers: latencies.total, seconds, bytes, refused, complaint, latencies: latencies.pairs() }
}
