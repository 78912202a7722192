import { MainProcess } from '../main-process.ts'
import { type Client, connectClient } from './client.ts'
import { placeDataSet } from './data-set-place.ts'
import { serverEnvironment, type UpgradeFixture } from './fixture.ts'
import { freePort } from './free-port.ts'

/** Server of this version on the data set of an older version. */
export interface UpgradedServer extends AsyncDisposable {
  readonly fixture: UpgradeFixture
  readonly url: string
  readonly databaseUrl: string
  /** Directory with the storage of all warehouses. */
  readonly storage: string
  /** Returns a client that authenticates with its secret from the data set. */
  client(id: string): Promise<Client>
}

/**
 * Writes the data set into an empty database and directory, and starts the server on it.
 *
 * @param version the data set, of `dataSets`
 * @param clock `now`: the data set was written a moment ago. `fixture`: its times are kept, and the clock of the server is
 *   set back to them, so that the tokens of the data set are valid.
 */
export async function startUpgraded(version: string, clock: 'now' | 'fixture'): Promise<UpgradedServer> {
  await using stack = new AsyncDisposableStack()
  const place = stack.use(await placeDataSet(version, clock))
  const { fixture, storage, databaseUrl } = place
  const port = await freePort()
  const environment = serverEnvironment({ databaseUrl, storage, port })
  const imports = clock === 'now' ? [] : [setBack(place.ageMs)]
  stack.use(await MainProcess.start(environment, { imports }))
  const url = `http://127.0.0.1:${port}`
  const owned = stack.move()
  return {
    fixture,
    url,
    storage,
    databaseUrl,
    client: (id) => connectClient(url, id, fixture.secrets[id] ?? ''),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Returns a module that sets the clock of a program back. */
function setBack(ms: number): string {
  const source = `const System = Date
globalThis.Date = class Date extends System {
  constructor(...given) { given.length === 0 ? super(System.now() - ${ms}) : super(...given) }
  static now() { return System.now() - ${ms} }
}`
  return `data:text/javascript,${encodeURIComponent(source)}`
}
