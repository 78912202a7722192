import { FaultProxy, type Faults } from '@headgate/testkit'
import { type FaultPlace, faultPlace } from './fault-lake.ts'

/** A place with a proxy before its database, for the servers that are told to go that way. */
export interface ProxiedPlace extends FaultPlace {
  readonly proxy: FaultProxy
  /** What such a server is started with; everybody else has nothing between (`environment`). */
  proxiedEnvironment(more?: Readonly<Record<string, string>>): Readonly<Record<string, string>>
  /** What a `Break` does: these faults from then on, until they have shown. */
  breakWith(faults: Faults): () => () => void
}

export async function proxiedPlace(): Promise<ProxiedPlace> {
  await using stack = new AsyncDisposableStack()
  const place = stack.use(await faultPlace())
  const url = new URL(place.databaseUrl)
  const proxy = stack.use(await FaultProxy.start({ port: Number(url.port) }))
  url.port = String(proxy.port)
  const lifetime = stack.move()
  return {
    ...place,
    proxy,
    proxiedEnvironment: (more) => place.environment({ HEADGATE_DATABASE_URL: url.href, ...more }),
    breakWith: (faults) => () => {
      proxy.faults = faults
      return () => {
        proxy.faults = {}
      }
    },
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  }
}
