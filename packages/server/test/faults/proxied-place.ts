import { FaultProxy, type Faults } from '@headgate/testkit'
import { type FaultPlace, faultPlace } from './fault-fixture.ts'

/**
 * A database and a warehouse, with a proxy in front of the database. Servers with `proxiedEnvironment`
 * connect through the proxy.
 */
export interface ProxiedPlace extends FaultPlace {
  readonly proxy: FaultProxy
  /** Returns the environment of a server that uses the proxy. Servers with `environment` connect directly. */
  proxiedEnvironment(more?: Readonly<Record<string, string>>): Readonly<Record<string, string>>
  /** Returns the action of a `Break`, which causes these faults until one of them has occurred. */
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
