import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { path } from '../../connection/path.ts'
import { exitCode } from '../../exit-code.ts'
import { inFlags } from '../../connection/in-flags.ts'
import type { Io } from '../../io.ts'
import { warehouseFlags } from './flag-names.ts'
import { inSession, type Session } from '../../session.ts'
import { addStorageOptions, storageBody, type StorageOptions } from './storage-options.ts'

interface Options extends StorageOptions {
  readonly location?: string
}

export function registerValidate(group: Command, io: Io): void {
  const command = group
    .command('validate')
    .description('Tries a storage out: an object is written, read, listed and deleted there.')
    .argument('[name]', 'a warehouse; or else --location')
    .option('--location <location>', 'a place that no warehouse has yet, described as for `create`')
  addStorageOptions(command).action(inSession(io, validate))
}

async function validate(session: Session, name: string | undefined, options: Options): Promise<void> {
  const { client, io, out } = session
  if ((name === undefined) === (options.location === undefined)) {
    throw new CliError(exitCode.usage, 'Name either a warehouse or a --location.')
  }
  out.progress('The server tries the storage out …')
  const answer =
    options.location === undefined
      ? await client.send({ method: 'POST', path: path`/management/v1/warehouses/${name ?? ''}/validate` })
      : await inFlags(
          client.send({
            method: 'POST',
            path: '/management/v1/warehouses/validate',
            body: { storage: storageBody(io, options.location, options) },
          }),
          warehouseFlags,
        )
  out.answer(answer, () => 'The storage can be used: an object was written, read, listed and deleted.')
}
