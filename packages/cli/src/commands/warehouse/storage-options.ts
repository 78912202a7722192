import { resolve } from 'node:path'
import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import type { Storage } from '../../management/generated/schemas.ts'
import { addKeyOptions, type KeyOptions, readStorageKeys } from './storage-keys.ts'

/** Options that describe the storage of a warehouse. */
export interface StorageOptions extends KeyOptions {
  readonly bucket?: string
  readonly endpoint?: string
  readonly region?: string
  readonly pathStyle?: boolean
  readonly store?: string
  readonly fileMode?: string
}

export function addStorageOptions(command: Command): Command {
  return addKeyOptions(
    addFileModeOption(command)
      .option('--bucket <name>', 'bucket name that clients use for a directory of the server')
      .option('--endpoint <url>', 'base URL of an S3 store other than AWS')
      .option('--region <name>', 'region of the bucket')
      .option(
        '--store <name>',
        'name of a store with several endpoints; all warehouses on the store must have the same name',
      )
      .option('--path-style', 'put the bucket into the path; the default with --endpoint')
      .option('--no-path-style', 'put the bucket into the host name'),
  )
}

export function addFileModeOption(command: Command): Command {
  return command.option(
    '--file-mode <mode>',
    'permission bits of new files in a directory, if programs of other users read them: 0640, 0644 (default: 0600)',
  )
}

/**
 * Returns the storage settings for a location, such as `s3://bucket/folder`, `file:///data/lake` or `/data/lake`.
 *
 * @throws CliError for any other form of location, or for keys that cannot be read
 */
export function toStorage(
  io: Io,
  location: string,
  options: StorageOptions & { readonly upstreamCredentials?: string },
): Storage {
  const { bucket: alias, endpoint, region, pathStyle, store, fileMode } = options
  const text = toLocation(location)
  if (text.startsWith('file:///')) return { type: 'file', root: text, bucket: alias, fileMode }
  const [, bucket, prefix] = /^s3:\/\/([^/]+)(?:\/+(.*?))?\/*$/.exec(text) ?? []
  if (bucket === undefined) {
    throw new CliError(exitCode.usage, `${location} is not a valid location of a warehouse.`, {
      next: 'Write s3://BUCKET/FOLDER, or the directory of the server: file:///DIRECTORY.',
    })
  }
  if (fileMode !== undefined)
    throw new CliError(
      exitCode.usage,
      '--file-mode cannot be used with an s3 location, because objects in a bucket have no mode. Remove --file-mode.',
    )
  if (alias !== undefined && alias !== bucket) {
    throw new CliError(
      exitCode.usage,
      `The location already names the bucket ${bucket}. Remove --bucket, which is only for directories.`,
    )
  }
  const place = {
    type: 's3',
    bucket,
    prefix: prefix || undefined,
    endpoint,
    region,
    pathStyle,
    store,
  } as const
  const keys = readStorageKeys(io, options)
  // Without keys, the warehouse uses only the credentials of its upstream.
  const hasNone = keys === undefined && (options.upstreamCredentials ?? 'own') !== 'own'
  return { ...place, ...(hasNone ? { credentials: 'none' as const } : keys) }
}

/**
 * Returns a location in the form that the server expects: the path of a directory becomes `file://` and the path. The
 * path is not percent-encoded, because the server does not decode locations, and would use another directory.
 */
export function toLocation(text: string): string {
  return text.startsWith('/') ? `file://${resolve(text)}` : text
}
