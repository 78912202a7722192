import type { Command } from 'commander'
import { read } from '../../connection/answer.ts'
import { inFlags } from '../../connection/in-flags.ts'
import type { Io } from '../../io.ts'
import { warehouseFlags } from './flag-names.ts'
import { inSession, type Session } from '../../session.ts'
import { addSettingsOptions, type SettingsOptions } from './settings-options.ts'
import { addStorageOptions, locationOf, storageBody, type StorageOptions } from './storage-options.ts'
import { addVendingOptions, vendingBody, type VendingOptions } from './vending-options.ts'
import { warehouse, warehouseText } from './warehouse.ts'

interface Options extends StorageOptions, VendingOptions, SettingsOptions {
  readonly protected?: boolean
}

export function registerCreate(group: Command, io: Io): void {
  const command = group
    .command('create')
    .description(
      'Makes a warehouse at a place of its own, after an object was written, read and deleted there. You own it.',
    )
    .argument('<name>', 'letters, digits, - _ and .')
    .argument('<location>', 's3://BUCKET/FOLDER, or a directory of the server: file:///DIRECTORY')
  addStorageOptions(command)
  addVendingOptions(command)
  addSettingsOptions(command)
    .option('--protected', 'it cannot be deleted until `headgate warehouse unprotect`')
    .action(inSession(io, create))
}

async function create(session: Session, name: string, location: string, options: Options): Promise<void> {
  const storage = storageBody(session.io, location, options)
  const vending = vendingBody(options, null)
  session.out.progress('The server tries the storage out …')
  const sent = session.client.send({
    method: 'POST',
    path: '/management/v1/warehouses',
    body: {
      name,
      storage,
      vending,
      retentionSeconds: options.retention,
      allowedLocations: options.allow?.map(locationOf),
      defaults: options.default,
      overrides: options.override,
      protected: options.protected,
      skipProbe: options.skipProbe,
    },
  })
  const answer = await inFlags(sent, warehouseFlags)
  session.out.answer(answer, (paint) => warehouseText(paint, read(warehouse, answer)))
}
