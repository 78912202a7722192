import type { Command } from 'commander'
import { withFlagNames } from '../../connection/flag-names.ts'
import type { Io } from '../../io.ts'
import { createWarehouse } from '../../management/generated/warehouses.ts'
import { inSession, type Session } from '../../session.ts'
import { warehouseFlags } from './flag-names.ts'
import { formatWarehouse } from './format-warehouse.ts'
import { addSettingsOptions, type SettingsOptions } from './settings-options.ts'
import { addStorageOptions, type StorageOptions, toLocation, toStorage } from './storage-options.ts'
import { addUpstreamOptions, toNewUpstream, type UpstreamOptions } from './upstream-options.ts'
import { addVendingOptions, toVending, type VendingOptions } from './vending-options.ts'

interface Options extends StorageOptions, VendingOptions, SettingsOptions, UpstreamOptions {
  readonly protected?: boolean
}

export function registerCreate(group: Command, io: Io): void {
  const command = group
    .command('create')
    .description(
      'Creates a warehouse at an unused location. The server first writes, reads and deletes an object there. You become the owner of the warehouse.',
    )
    .argument('<name>', 'letters, digits, - _ and .')
    .argument('<location>', 's3://BUCKET/FOLDER, or a directory of the server: file:///DIRECTORY')
  addStorageOptions(command)
  addVendingOptions(command)
  addUpstreamOptions(command)
  addSettingsOptions(command)
    .option('--protected', 'protect it from deletion until `headgate warehouse unprotect`')
    .action(inSession(io, create))
}

async function create(session: Session, name: string, location: string, options: Options): Promise<void> {
  const { client, io, out } = session
  const body = {
    name,
    storage: toStorage(io, location, options),
    vending: toVending(options, null),
    upstream: toNewUpstream(session, options),
    retentionSeconds: options.retention,
    allowedLocations: options.allow?.map(toLocation),
    defaults: options.default,
    overrides: options.override,
    protected: options.protected,
    skipProbe: options.skipProbe,
  }
  out.progress('The server validates the storage …')
  const response = await withFlagNames(createWarehouse(client, { body }), warehouseFlags)
  out.result(response, (paint) => formatWarehouse(paint, response.body))
}
