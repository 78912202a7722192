import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { withFlagNames } from '../../connection/flag-names.ts'
import type { Response } from '../../connection/response.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { validateStorage, validateWarehouse } from '../../management/generated/warehouses.ts'
import { inSession, type Session } from '../../session.ts'
import { warehouseFlags } from './flag-names.ts'
import { addStorageOptions, type StorageOptions, toStorage } from './storage-options.ts'

interface Options extends StorageOptions {
  readonly location?: string
}

export function registerValidate(group: Command, io: Io): void {
  const command = group
    .command('validate')
    .description('Validates a storage: the server writes, reads, lists and deletes an object there.')
    .argument('[name]', 'warehouse; without it, --location is required')
    .option('--location <location>', 'location without a warehouse, with the options of `create`')
  addStorageOptions(command).action(inSession(io, validate))
}

async function validate(session: Session, name: string | undefined, options: Options): Promise<void> {
  const response = await sendValidation(session, name, options)
  session.out.result(
    response,
    () => 'The storage is valid: the server wrote, read, listed and deleted an object.',
  )
}

function sendValidation(
  { client, io, out }: Session,
  warehouse: string | undefined,
  { location, ...options }: Options,
): Promise<Response> {
  const progress = 'The server validates the storage …'
  if (warehouse !== undefined && location === undefined) {
    out.progress(progress)
    return validateWarehouse(client, { warehouse })
  }
  if (warehouse === undefined && location !== undefined) {
    out.progress(progress)
    const body = { storage: toStorage(io, location, options) }
    return withFlagNames(validateStorage(client, { body }), warehouseFlags)
  }
  throw new CliError(exitCode.usage, 'The command needs either a warehouse or --location.')
}
