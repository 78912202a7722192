import { setTimeout as sleep } from 'node:timers/promises'
import type { ProcessExit } from '../../conformance/lib/process-keeper.ts'
import type { Project, Service } from './project.ts'
import { startHeadgate } from './substitute-headgate.ts'
import { startPostgres } from './substitute-postgres.ts'
import { startStore } from './substitute-store.ts'
import { startTrino } from './substitute-trino.ts'
import type { Pod, RunningService, StartSubstitute } from './substitute.ts'
import { findStartOrder } from './start-order.ts'

/** Functions that start the local program in place of an image, keyed by the prefix of the image's name. */
const substitutes: Readonly<Record<string, StartSubstitute>> = {
  'docker.io/library/postgres:': startPostgres,
  'ghcr.io/versity/versitygw:': startStore,
  'ghcr.io/headgate/headgate:': startHeadgate,
  'docker.io/trinodb/trino:': startTrino,
}

/** Running services of a compose file. */
export interface RunningProject {
  readonly services: ReadonlyMap<string, RunningService>
  /** Stops the services in reverse order. Returns the exit code or signal of each service. */
  readonly stop: () => Promise<ReadonlyMap<string, ProcessExit>>
}

/**
 * Starts all services in the order of their dependencies, and waits for the condition of each dependency, like `docker
 * compose up --detach --wait`.
 *
 * @throws Error when a condition is not met
 */
export async function startProject(
  pod: Pod,
  { services }: Project,
  say: (line: string) => void,
): Promise<RunningProject> {
  const running = new Map<string, RunningService>()
  for (const name of findStartOrder(services)) {
    const service = services[name]
    if (service === undefined) throw new Error(`The compose file has no service ${name}.`)
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {}))
      if (condition === 'service_completed_successfully') await waitForSuccess(other, running.get(other))
    const started = performance.now()
    const found = Object.entries(substitutes).find(([start]) => service.image.startsWith(start))
    if (found === undefined) throw new Error(`The image ${service.image} has no substitute in tools/compose.`)
    const one = await found[1](pod, name, service)
    running.set(name, one)
    const needsHealth = Object.values(services).some(
      (each) => each.depends_on?.[name]?.condition === 'service_healthy',
    )
    if (needsHealth) await waitForHealth(name, service, one)
    say(`${((performance.now() - started) / 1000).toFixed(1).padStart(7)} s  start ${name}`)
  }
  return {
    services: running,
    stop: async () => {
      const exits = new Map<string, ProcessExit>()
      for (const [name, service] of [...running].toReversed()) exits.set(name, await stopOnce(service))
      return exits
    },
  }
}

async function stopOnce(service: RunningService): Promise<ProcessExit> {
  const ended = await Promise.race([service.exited, sleep(0, null)])
  return ended ?? service.stop()
}

async function waitForSuccess(name: string, service: RunningService | undefined): Promise<void> {
  const exit = await service?.exited
  if (exit?.code !== 0)
    throw new Error(
      `The service ${name}, which must end with 0 before another service starts, ended with ${exit?.code ?? exit?.signal}.`,
    )
}

/**
 * Runs the health check of a service until it succeeds, with the interval and the number of retries in the compose
 * file.
 */
async function waitForHealth(name: string, { healthcheck }: Service, service: RunningService): Promise<void> {
  const [kind, ...command] = healthcheck?.test ?? []
  if (kind !== 'CMD')
    throw new Error(
      `The service ${name} must have a health check of the form CMD, because another service waits for its health.`,
    )
  const intervalMs = Number(/^(\d+)s$/.exec(healthcheck?.interval ?? '')?.[1]) * 1000
  for (let attempt = 0; attempt < (healthcheck?.retries ?? 3); attempt++) {
    await sleep(intervalMs)
    if ((await service.exec(command)) === 0) return
  }
  throw new Error(`The health check of the service ${name} failed.`)
}
