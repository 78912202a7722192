import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { testDatabase } from '@headgate/testkit'
import { chooseEncoding, readFixture, type UpgradeFixture } from './fixture.ts'
import { writeRows } from './rows.ts'

/** Database and storage with the data set of an older version. No server runs on them. */
export interface DataSetPlace extends AsyncDisposable {
  readonly fixture: UpgradeFixture
  readonly databaseUrl: string
  /** Directory with the storage of all warehouses. */
  readonly storage: string
  /** Milliseconds since the data set was written. */
  readonly ageMs: number
}

/**
 * Writes a data set into an empty database and directory.
 *
 * @param version the data set, of `dataSets`
 * @param clock `now`: moves the times of the data set, as if it had been written a moment ago. `fixture`: keeps them.
 */
export async function placeDataSet(version: string, clock: 'now' | 'fixture'): Promise<DataSetPlace> {
  await using stack = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'headgate-upgrade-'))
  stack.defer(() => rm(directory, { recursive: true, force: true }))
  const storage = join(directory, 'storage')
  const fixture = await readFixture(version, storage)
  for (const [path, content] of Object.entries(fixture.files)) {
    await mkdir(dirname(join(storage, path)), { recursive: true })
    await writeFile(join(storage, path), content, chooseEncoding(path))
  }
  await mkdir(join(storage, 'other'), { recursive: true })
  const database = stack.use(await testDatabase())
  const ageMs = Date.now() - Date.parse(fixture.madeAt)
  await writeRows({ url: database.url, rows: fixture.rows, moveByMs: clock === 'now' ? ageMs : 0 })
  const owned = stack.move()
  return {
    fixture,
    databaseUrl: database.url,
    storage,
    ageMs,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
