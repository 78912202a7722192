// Runs in a separate process with --expose-gc, and prints the memory of one session as JSON.
import { setTimeout as pause } from 'node:timers/promises'
import { AuthRegistry, digestKey, SessionCache, type Properties, type ReadyProvider } from '@headgate/auth'
import { providers } from './providers.ts'
import { tokenEndpoints } from './token-endpoints.ts'

/**
 * Measured figures of authentication sessions: memory in bytes of one session (average), and number of token
 * requests.
 */
export interface SessionMemory {
  readonly heapBytes: number
  readonly residentBytes: number
  readonly asked: number
  /** Number of sessions in the cache after 10 % more sessions were opened than the cache can hold. */
  readonly kept: number
  readonly heapBytesWhenFull: number
  /** Average time in ms to open one session and authenticate its first request. */
  readonly ms: number
}

const [label = '', count = '10000'] = process.argv.slice(2)
const found = providers.find((provider) => provider.label === label)
if (found === undefined) throw new Error(`the benchmark has no provider with the name ${label}`)
console.log(JSON.stringify(await measured(found.properties, Number(count))))

async function measured(properties: Properties, sessions: number): Promise<SessionMemory> {
  const endpoints = tokenEndpoints()
  const registry = new AuthRegistry()
  const request = { method: 'GET', url: 'https://catalog.example.com/v1/config', headers: [], body: null }
  const use = async (cache: SessionCache<ReadyProvider>, user: number): Promise<void> => {
    const key = await digestKey({ user: String(user) })
    const session = await cache.get(
      key,
      async () => await registry.create(properties, { fetch: endpoints.fetch, env: {} }),
    )
    await session.authenticate(request)
  }
  // Loads and compiles shared code first, so that its memory is not counted as memory of the sessions.
  const first = new SessionCache<ReadyProvider>({ max: 100 })
  for (let user = 0; user < 200; user += 1) await use(first, user)
  await first[Symbol.asyncDispose]()
  const before = await settled()
  const askedBefore = endpoints.asked()
  const cache = new SessionCache<ReadyProvider>({ max: sessions })
  const start = performance.now()
  for (let user = 0; user < sessions; user += 1) await use(cache, user)
  const ms = performance.now() - start
  const full = await settled()
  // Authenticates a second request in each session, which uses the cached token.
  for (let user = 0; user < sessions; user += 1) await use(cache, user)
  const asked = endpoints.asked() - askedBefore
  for (let user = sessions; user < 1.1 * sessions; user += 1) await use(cache, user)
  const more = await settled()
  return {
    heapBytes: (full.heapUsed - before.heapUsed) / sessions,
    residentBytes: (full.rss - before.rss) / sessions,
    asked,
    kept: cache.size,
    heapBytesWhenFull: (more.heapUsed - before.heapUsed) / sessions,
    ms: ms / sessions,
  }
}

async function settled(): Promise<NodeJS.MemoryUsage> {
  for (let round = 0; round < 3; round += 1) {
    await pause(20)
    globalThis.gc?.()
  }
  return process.memoryUsage()
}
