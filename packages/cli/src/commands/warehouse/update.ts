import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { withFlagNames } from '../../connection/flag-names.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import type { Warehouse, WarehouseChange } from '../../management/generated/schemas.ts'
import { getWarehouse, updateWarehouse } from '../../management/generated/warehouses.ts'
import { repeatable } from '../../options.ts'
import { inSession, type Session } from '../../session.ts'
import { warehouseFlags } from './flag-names.ts'
import { formatWarehouse } from './format-warehouse.ts'
import { addSettingsOptions, type SettingsOptions } from './settings-options.ts'
import { addKeyOptions, type KeyOptions, readStorageKeys } from './storage-keys.ts'
import { addFileModeOption, toLocation } from './storage-options.ts'
import { addUpstreamOptions, toUpstream, type UpstreamOptions } from './upstream-options.ts'
import { addVendingOptions, hasVending, toVending, type VendingOptions } from './vending-options.ts'

interface Options extends KeyOptions, VendingOptions, SettingsOptions, UpstreamOptions {
  readonly fileMode?: string
  /** New name of the store, or false to remove the name. */
  readonly store?: string | false
  readonly disallow?: readonly string[]
  readonly removeDefault?: readonly string[]
  readonly removeOverride?: readonly string[]
}

export function registerUpdate(group: Command, io: Io): void {
  const command = group
    .command('update')
    .description(
      'Changes settings of a warehouse. Settings without an option remain. The location of a warehouse never changes.',
    )
    .argument('<name>')
  addKeyOptions(addFileModeOption(command))
    .option(
      '--store <name>',
      'name of the store, which is set for all warehouses with the same endpoint; use the same name for all endpoints of one store',
    )
    .option('--no-store', 'remove the name of the store; its endpoint then identifies the store')
  addVendingOptions(command)
  addUpstreamOptions(command)
  addSettingsOptions(command)
    .option('--disallow <location>', 'remove a further location; repeatable', repeatable)
    .option('--remove-default <key>', 'remove a default; repeatable', repeatable)
    .option('--remove-override <key>', 'remove an override; repeatable', repeatable)
    .action(inSession(io, update))
}

async function update(session: Session, warehouse: string, options: Options): Promise<void> {
  const { client, io, out } = session
  if (Object.keys(options).length === 0) {
    throw new CliError(exitCode.usage, 'The command has no option, so it would change nothing.', {
      next: 'Add an option. `headgate warehouse update --help` lists the options.',
    })
  }
  const current =
    changesLists(options) || hasVending(options)
      ? (await getWarehouse(client, { warehouse })).body
      : undefined
  const body: WarehouseChange = {
    storageKeys: readStorageKeys(io, options),
    fileMode: options.fileMode,
    store: options.store === false ? null : options.store,
    retentionSeconds: options.retention,
    skipProbe: options.skipProbe,
    upstream: toUpstream(session, options),
    vending: toVending(options, current?.vending ?? null),
    ...(current === undefined ? {} : changeLists(current, options)),
  }
  if (body.storageKeys !== undefined) out.progress('The server validates the storage …')
  const response = await withFlagNames(updateWarehouse(client, { warehouse, body }), warehouseFlags)
  out.result(response, (paint) => formatWarehouse(paint, response.body))
}

function changesLists({
  allow,
  disallow,
  default: defaults,
  override,
  removeDefault,
  removeOverride,
}: Options): boolean {
  return [allow, disallow, defaults, override, removeDefault, removeOverride].some(
    (option) => option !== undefined,
  )
}

/**
 * Returns the new values of the lists and maps that the options change. They also contain the unchanged items, because
 * the server replaces them as a whole.
 */
function changeLists(
  current: Warehouse,
  options: Options,
): Pick<WarehouseChange, 'allowedLocations' | 'defaults' | 'overrides'> {
  const { allow, disallow, override, removeDefault, removeOverride } = options
  const locations = new Set(current.allowedLocations)
    .union(new Set(allow?.map(toLocation)))
    .difference(new Set(disallow?.map(toLocation)))
  return {
    allowedLocations: (allow ?? disallow) ? [...locations] : undefined,
    defaults:
      (options.default ?? removeDefault)
        ? merge(current.defaults, options.default, removeDefault)
        : undefined,
    overrides: (override ?? removeOverride) ? merge(current.overrides, override, removeOverride) : undefined,
  }
}

function merge(
  current: Readonly<Record<string, string>>,
  set: Readonly<Record<string, string>> = {},
  remove: readonly string[] = [],
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries({ ...current, ...set }).filter(([key]) => !remove.includes(key)))
}
