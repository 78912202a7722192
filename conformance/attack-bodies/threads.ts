import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { ResponseCounts, AttackPlan } from './attacker.ts'
import type { Latencies } from './probe.ts'

/** Starts a thread that sends health checks to the server until `stop` is called. */
export function startProbe(origin: string): { stop(): Promise<Latencies> } {
  const worker = new Worker(new URL('probe.ts', import.meta.url), { workerData: { origin, everyMs: 10 } })
  return {
    async stop() {
      const result = once(worker, 'message')
      worker.postMessage('stop')
      const [latencies] = (await result) as [Latencies]
      await worker.terminate()
      return latencies
    },
  }
}

/** Attack whose requests are built and ready to be sent. The method `start` sends them for the duration in the plan. */
export interface PreparedAttack {
  start(): Promise<ResponseCounts>
}

/** Builds the requests of an attack in a separate thread, which later sends them. */
export async function prepareAttack(plan: AttackPlan): Promise<PreparedAttack> {
  const worker = new Worker(new URL('attacker.ts', import.meta.url), { workerData: plan })
  await once(worker, 'message')
  return {
    async start() {
      const result = once(worker, 'message')
      worker.postMessage('start')
      const [responses] = (await result) as [ResponseCounts]
      await worker.terminate()
      return responses
    },
  }
}
