import { createConnection } from 'node:net'
import { ResponseReader } from './response-reader.ts'
import { Histogram } from './histogram.ts'
import type { LoadCounts, LoadPlan } from './plan.ts'
import { createBody, createRequests } from './requests.ts'

/**
 * Load process, whose argument is a plan as JSON. Each connection sends its next request when it has received
 * the response to the previous one. At its end, the process prints its figures. It uses plain sockets,
 * because the client of node:http uses several times the CPU time of the measured servers.
 */
const plan = JSON.parse(process.argv[2] ?? '') as LoadPlan
console.log(`counts ${JSON.stringify(await run(plan))}`)

async function run(plan: LoadPlan): Promise<LoadCounts> {
  const latencies = new Histogram()
  const refused: Record<string, number> = {}
  let responses = 0
  let bytes = 0
  let connectionErrors = 0
  let complaint: string | null = null
  let over = false
  const body = createBody(plan)

  function connect(number: number): { stop(): void } {
    const next = createRequests(plan, number)
    const reader = new ResponseReader()
    const socket = createConnection({ host: plan.host, port: plan.port, noDelay: true })
    let sentAt = 0
    const send = (): void => {
      sentAt = performance.now()
      socket.write(next(), 'latin1')
      if (body !== null) socket.write(body)
    }
    socket.once('connect', send)
    socket.on('data', (data: Buffer) => {
      const response = reader.read(data)
      if (response === null) return
      latencies.add(performance.now() - sentAt)
      responses += 1
      bytes += response.bytes
      if (plan.expects === undefined ? response.status >= 300 : response.status !== plan.expects) {
        refused[response.status] = (refused[response.status] ?? 0) + 1
        complaint ??= reader.complaint
      }
      if (!over) send()
      else socket.end()
    })
    socket.on('error', () => undefined)
    socket.once('close', () => {
      if (over) return
      connectionErrors += 1
      setTimeout(() => {
        if (!over) connections[number] = connect(number)
      }, 10)
    })
    return { stop: () => setTimeout(() => socket.destroy(), 2_000).unref() }
  }

  const connections: { stop(): void }[] = []
  for (let number = 0; number < plan.connections; number += 1) connections.push(connect(number))
  await new Promise((resolve) => setTimeout(resolve, plan.warmUpMs))
  latencies.clear()
  for (const status of Object.keys(refused)) delete refused[status]
  responses = 0
  bytes = 0
  connectionErrors = 0
  const startedAt = performance.now()
  const cpu = process.cpuUsage()
  console.log('measuring')
  await new Promise((resolve) => setTimeout(resolve, plan.durationMs))
  const seconds = (performance.now() - startedAt) / 1000
  const used = process.cpuUsage(cpu)
  const counts: LoadCounts = {
    responses,
    seconds,
    bytes,
    refused: { ...refused },
    connectionErrors,
    complaint,
    cpuSeconds: (used.user + used.system) / 1e6,
    latencies: latencies.pairs(),
  }
  over = true
  for (const connection of connections) connection.stop()
  return counts
}
