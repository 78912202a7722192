import type { JsonObject } from '@headgate/json'
import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { read } from '../../connection/answer.ts'
import { path } from '../../connection/path.ts'
import { exitCode } from '../../exit-code.ts'
import { inFlags } from '../../connection/in-flags.ts'
import type { Io } from '../../io.ts'
import { several } from '../../options.ts'
import { warehouseFlags } from './flag-names.ts'
import { inSession, type Session } from '../../session.ts'
import { addSettingsOptions, type SettingsOptions } from './settings-options.ts'
import {
  addFileModeOption,
  addKeyOptions,
  type KeyOptions,
  locationOf,
  storageKeys,
} from './storage-options.ts'
import { addVendingOptions, hasVending, vendingBody, type VendingOptions } from './vending-options.ts'
import { type Warehouse, warehouse, warehouseText } from './warehouse.ts'

interface Options extends KeyOptions, VendingOptions, SettingsOptions {
  readonly fileMode?: string
  readonly disallow?: readonly string[]
  readonly removeDefault?: readonly string[]
  readonly removeOverride?: readonly string[]
}

export function registerUpdate(group: Command, io: Io): void {
  const command = group
    .command('update')
    .description('Changes what is given and leaves the rest. The place of a warehouse never changes.')
    .argument('<name>')
  addKeyOptions(addFileModeOption(command))
  addVendingOptions(command)
  addSettingsOptions(command)
    .option('--disallow <location>', 'take a further place away again; may be given several times', several)
    .option('--remove-default <key>', 'may be given several times', several)
    .option('--remove-override <key>', 'may be given several times', several)
    .action(inSession(io, update))
}

async function update({ client, io, out }: Session, name: string, options: Options): Promise<void> {
  if (Object.keys(options).length === 0) {
    throw new CliError(exitCode.usage, 'There is nothing to change.', {
      next: '`headgate warehouse update --help` lists what can be.',
    })
  }
  const at = path`/management/v1/warehouses/${name}`
  const now =
    touchesLists(options) || hasVending(options)
      ? read(warehouse, await client.send({ method: 'GET', path: at }))
      : undefined
  const body = {
    storageKeys: storageKeys(io, options),
    fileMode: options.fileMode,
    retentionSeconds: options.retention,
    skipProbe: options.skipProbe,
    vending: vendingBody(options, now?.vending ?? null),
    ...(now === undefined ? {} : listsAfter(now, options)),
  }
  if (body.storageKeys !== undefined) out.progress('The server tries the storage out …')
  const answer = await inFlags(client.send({ method: 'PATCH', path: at, body }), warehouseFlags)
  out.answer(answer, (paint) => warehouseText(paint, read(warehouse, answer)))
}

function touchesLists({
  allow,
  disallow,
  default: defaults,
  override,
  removeDefault,
  removeOverride,
}: Options): boolean {
  return [allow, disallow, defaults, override, removeDefault, removeOverride].some(
    (given) => given !== undefined,
  )
}

/** The server takes lists as a whole; only those that are touched are sent. */
function listsAfter(now: Warehouse, options: Options): JsonObject {
  const { allow, disallow, override, removeDefault, removeOverride } = options
  const places = new Set(now.allowedLocations)
    .union(new Set(allow?.map(locationOf)))
    .difference(new Set(disallow?.map(locationOf)))
  return {
    allowedLocations: (allow ?? disallow) ? [...places] : undefined,
    defaults:
      (options.default ?? removeDefault) ? merged(now.defaults, options.default, removeDefault) : undefined,
    overrides: (override ?? removeOverride) ? merged(now.overrides, override, removeOverride) : undefined,
  }
}

function merged(
  now: Readonly<Record<string, string>>,
  set: Readonly<Record<string, string>> = {},
  remove: readonly string[] = [],
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries({ ...now, ...set }).filter(([key]) => !remove.includes(key)))
}
