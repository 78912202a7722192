import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { AttackAnswers, AttackPlan } from './attacker.ts'
import type { Latencies } from './probe.ts'

/** Sends health checks from a thread of its own until `stop` is called. */
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

/** Makes the hostile bodies in a thread of its own; `start` then sends them for the time of the plan. */
export async function prepareAttack(plan: AttackPlan): Promise<{ start(): Promise<AttackAnswers> }> {
  const worker = new Worker(new URL('attacker.ts', import.meta.url), { workerData: plan })
  await once(worker, 'message')
  return {
    async start() {
      const result = once(worker, 'message')
      worker.postMessage('start')
      const [answers] = (await result) as [AttackAnswers]
      await worker.terminate()
      return answers
    },
  }
}
