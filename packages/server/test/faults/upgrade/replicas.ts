import { setTimeout as sleep } from 'node:timers/promises'
import { MainProcess } from '../main-process.ts'
import { send, type TimedResponse } from '../send.ts'
import type { Json } from '@headgate/json'
import { type ServerPlace, serverEnvironment } from './fixture.ts'
import { freePort } from './free-port.ts'

/** Time between the end of new requests to a replica and its SIGTERM, as a load balancer needs it, ms. */
const drainMs = 200

interface Replica {
  readonly url: string
  readonly gatewayUrl: string
  readonly process: MainProcess
}

/** Path of `main.ts` of a version, or undefined for this version. */
export type Program = string | undefined

/** Servers on one database behind a load balancer. */
export class Replicas implements AsyncDisposable {
  /** Requests that a server did not answer, or answered with an error of the server. */
  readonly failures: string[] = []
  readonly #place: Omit<ServerPlace, 'port'>
  #live: readonly Replica[] = []

  constructor(place: Omit<ServerPlace, 'port'>) {
    this.#place = place
  }

  /** Adds a replica to the load balancer when it is ready. */
  async start(program: Program): Promise<void> {
    const [port, gatewayPort] = [await freePort(), await freePort()]
    const environment = {
      ...serverEnvironment({ ...this.#place, port }),
      HEADGATE_S3_PORT: String(gatewayPort),
      HEADGATE_DATABASE_POOL_SIZE: '10',
    }
    const process = await MainProcess.start(environment, program === undefined ? {} : { program })
    const [url, gatewayUrl] = [port, gatewayPort].map((each) => `http://127.0.0.1:${each}`)
    this.#live = [...this.#live, { url: url ?? '', gatewayUrl: gatewayUrl ?? '', process }]
  }

  /** Removes the oldest replica from the load balancer, and stops it. */
  async stopOldest(): Promise<void> {
    const [oldest, ...others] = this.#live
    this.#live = others
    await sleep(drainMs)
    await oldest?.process.end('SIGTERM')
  }

  /** Returns a client whose consecutive requests go to different replicas. */
  client(token: string): RotatingClient {
    let turn = 0
    const next = (): Replica => {
      turn += 1
      const replica = this.#live[turn % this.#live.length]
      if (replica === undefined) throw new Error('No replica runs.')
      return replica
    }
    return {
      token,
      send: async (method, path, body, headers = {}) => {
        const { url } = next()
        const response = await send(url, method, path, body, { authorization: `Bearer ${token}`, ...headers })
        if (response === null || response.status >= 500)
          this.failures.push(`${method} ${path}: ${response?.status} ${JSON.stringify(response?.json)}`)
        return response
      },
      nextUrl: () => next().url,
      nextGatewayUrl: () => next().gatewayUrl,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#live.map(({ process }) => process[Symbol.asyncDispose]()))
  }
}

/**
 * Client that sends its requests to several replicas in turns. Each address that it returns is also that of the next
 * replica.
 */
export interface RotatingClient {
  readonly token: string
  /** Sends a request. Returns null when no response arrived. */
  send(
    method: string,
    path: string,
    body?: Json,
    headers?: Readonly<Record<string, string>>,
  ): Promise<TimedResponse | null>
  nextUrl(): string
  nextGatewayUrl(): string
}
