import { join } from 'node:path'
import { startHeadgate } from '../lib/headgate-server.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { stageManifest, type WritableTable } from '../lance/stage-manifest.ts'
import { openManagement } from '../lance/target.ts'
import { openWire, success, type Wire } from '../lance/wire.ts'

/** Lance table with its identifier. */
export interface Table extends WritableTable {
  readonly id: string
  readonly names: readonly [string, string]
}

/** Server with a victim, whose tables an attacker may not see, and an attacker that manages another namespace. */
export interface Fixture {
  readonly uri: string
  /** Headers of the attacker. */
  readonly headers: Readonly<Record<string, string>>
  readonly victim: Table
  readonly own: Table
  /** Table of the attacker for legitimate requests, and its latest version. */
  readonly open: { readonly table: Table; latest: number }
  /** Sends requests of the attacker. */
  readonly attack: Wire
  /** Texts of the victim that no response to the attacker may contain. */
  readonly secrets: readonly string[]
  /** Returns the state of the victim's table as text. An attack that changes it has succeeded. */
  victimState(): Promise<string>
}

const secretTag = 'victims-secret-tag'
const secretMetadata = 'victims-secret-metadata'

/** Starts a server, and creates the tables of the victim and of the attacker. */
export async function openFixture(keeper: ProcessKeeper, folder: string): Promise<Fixture> {
  const server = await startHeadgate(keeper, {
    dataDir: join(folder, 'data'),
    log: join(folder, 'headgate.log'),
    env: {},
  })
  const manage = await openManagement(server)
  const uri = `${server.origin}/lance/lakehouse`
  const owner = openWire(uri, { 'x-api-key': server.adminCredential })
  for (const id of ['victim', 'own']) success(await owner('CreateNamespace', { id, body: {} }))
  const { secret } = (await manage('POST', 'principals', { name: 'attacker' })) as {
    readonly secret: { readonly clientId: string; readonly clientSecret: string }
  }
  const on = { warehouse: 'lakehouse', namespace: ['own'] }
  for (const privilege of ['manage', 'modify'])
    await manage('POST', 'grants', { privilege, to: { principal: 'attacker' }, on })
  const headers = { 'x-api-key': `${secret.clientId}:${secret.clientSecret}` }
  const attack = openWire(uri, headers)
  const victim = await declare(owner, ['victim', 'orders'])
  for (const version of [1, 2]) {
    const { body } = await stageManifest(victim, version, 'victim')
    const metadata = { note: secretMetadata }
    success(await owner('CreateTableVersion', { id: victim.id, body: { ...body, metadata } }))
  }
  success(await owner('CreateTableTag', { id: victim.id, body: { tag: secretTag, version: 1 } }))
  const own = await declare(attack, ['own', 'table'])
  const { body } = await stageManifest(own, 1, 'own')
  success(await attack('CreateTableVersion', { id: own.id, body }))
  return {
    uri,
    headers,
    victim,
    own,
    open: { table: await declare(attack, ['own', 'open']), latest: 0 },
    attack,
    secrets: [victim.location, secretTag, secretMetadata],
    victimState: async () =>
      JSON.stringify(
        await Promise.all([
          owner('DescribeTable', { id: victim.id, body: { vend_credentials: false } }),
          owner('ListTableVersions', { id: victim.id }),
          owner('ListTableTags', { id: victim.id }),
          owner('ListTableBranches', { id: victim.id }),
          owner('ListTables', { id: 'victim' }),
        ]),
      ),
  }
}

/** Declares a table, and returns where its owner can write. */
export async function declare(wire: Wire, names: readonly [string, string]): Promise<Table> {
  const id = names.join('$')
  const { location, storage_options: options } = success(await wire('DeclareTable', { id, body: {} }))
  return { id, names, location: String(location), options: (options ?? {}) as Record<string, string> }
}
