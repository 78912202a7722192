import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { JsonObject } from '@headgate/json'
import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'

/** Where the keys of a storage come from. They are never arguments: others can see those. */
export interface KeyOptions {
  readonly keysFile?: string
  readonly keysFromEnv?: boolean
  readonly defaultChain?: boolean
}

/** What else there is to say of a storage. */
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
      .option('--bucket <name>', 'bucket as which clients see a directory of the server')
      .option('--endpoint <url>', 'base URL of an S3 store that is not AWS')
      .option('--region <name>', 'region of the bucket')
      .option(
        '--store <name>',
        'name of the store, equal for all warehouses on it, when it has several endpoints',
      )
      .option('--path-style', 'bucket in the path; the default with --endpoint')
      .option('--no-path-style', 'bucket in the host name'),
  )
}

export function addFileModeOption(command: Command): Command {
  return command.option(
    '--file-mode <mode>',
    'permission bits of new files in a directory, where programs of other users read them: 0640, 0644 (default: 0600)',
  )
}

export function addKeyOptions(command: Command): Command {
  return command
    .option('--keys-file <file>', 'file with ACCESS_KEY_ID:SECRET_ACCESS_KEY; - reads standard input')
    .option(
      '--keys-from-env',
      'take AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN from here',
    )
    .option('--default-chain', 'no keys: the server uses those of the machine it runs on')
}

/**
 * The storage at a location: `s3://bucket/folder`, `file:///data/lake` or `/data/lake`.
 *
 * @throws CliError for any other location, or keys that cannot be read
 */
export function storageBody(io: Io, location: string, options: StorageOptions): JsonObject {
  const { bucket: asBucket, endpoint, region, pathStyle, store, fileMode } = options
  const text = locationOf(location)
  if (text.startsWith('file:///')) return { type: 'file', root: text, bucket: asBucket, fileMode }
  const [, bucket, prefix] = /^s3:\/\/([^/]+)(?:\/+(.*?))?\/*$/.exec(text) ?? []
  if (bucket === undefined) {
    throw new CliError(exitCode.usage, `No warehouse can lie at ${location}.`, {
      next: 'Write s3://BUCKET/FOLDER, or the directory of the server: file:///DIRECTORY.',
    })
  }
  if (fileMode !== undefined)
    throw new CliError(exitCode.usage, '--file-mode is for a directory: objects in a bucket have no mode.')
  if (asBucket !== undefined && asBucket !== bucket) {
    throw new CliError(exitCode.usage, `The bucket is ${bucket} already: --bucket is for a directory.`)
  }
  const place = { type: 's3', bucket, prefix: prefix || undefined, endpoint, region, pathStyle, store }
  return { ...place, ...storageKeys(io, options) }
}

/**
 * Returns a location as text for the server: a directory as `file://` and its path, every character as it is. Servers
 * take percent signs literally, so an escaped path would name another directory.
 */
export function locationOf(text: string): string {
  return text.startsWith('/') ? `file://${resolve(text)}` : text
}

/** The keys as the management interface takes them; undefined: none are named. */
export function storageKeys(
  io: Io,
  { keysFile, keysFromEnv, defaultChain }: KeyOptions,
): JsonObject | undefined {
  const ways = [keysFile !== undefined, keysFromEnv === true, defaultChain === true].filter(Boolean)
  if (ways.length > 1)
    throw new CliError(exitCode.usage, 'Only one of --keys-file, --keys-from-env and --default-chain can be.')
  if (keysFile !== undefined) return keysIn(io, keysFile)
  if (keysFromEnv === true) return keysFrom(io.env)
  return defaultChain === true ? { credentials: 'default-chain' } : undefined
}

function keysIn(io: Io, file: string): JsonObject {
  const where = file === '-' ? 'standard input' : resolve(io.cwd, file)
  let text: string
  try {
    text = readFileSync(file === '-' ? 0 : where, 'utf8').trim()
  } catch (cause) {
    throw new CliError(exitCode.usage, `The keys in ${where} cannot be read.`, { cause })
  }
  const [, accessKeyId, secretAccessKey] = /^([^:\s]+):(\S+)$/.exec(text) ?? []
  if (accessKeyId !== undefined && secretAccessKey !== undefined) return { accessKeyId, secretAccessKey }
  throw new CliError(exitCode.usage, `What ${where} holds are no keys.`, {
    next: 'It must be one line ACCESS_KEY_ID:SECRET_ACCESS_KEY.',
  })
}

function keysFrom(env: Io['env']): JsonObject {
  const accessKeyId = env['AWS_ACCESS_KEY_ID']
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY']
  if (!accessKeyId || !secretAccessKey) {
    throw new CliError(exitCode.usage, 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set.')
  }
  return { accessKeyId, secretAccessKey, sessionToken: env['AWS_SESSION_TOKEN'] || undefined }
}
