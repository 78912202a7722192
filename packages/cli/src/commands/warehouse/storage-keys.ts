import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import type { S3Storage } from '../../management/generated/schemas.ts'

/**
 * Options that name the source of the storage keys. The keys themselves are never arguments, because other users of
 * the machine can read arguments.
 */
export interface KeyOptions {
  readonly keysFile?: string
  readonly keysFromEnv?: boolean
  readonly defaultChain?: boolean
}

/** Storage keys, as members of a request. */
export type StorageKeys = Pick<S3Storage, 'accessKeyId' | 'secretAccessKey' | 'sessionToken' | 'credentials'>

export function addKeyOptions(command: Command): Command {
  return command
    .option('--keys-file <file>', 'file with ACCESS_KEY_ID:SECRET_ACCESS_KEY; - reads standard input')
    .option(
      '--keys-from-env',
      'use AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN of this environment',
    )
    .option('--default-chain', 'store no keys: the server uses those of the machine that it runs on')
}

/** Reads the storage keys from the source that the options name. Returns undefined if no option names a source. */
export function readStorageKeys(
  io: Io,
  { keysFile, keysFromEnv, defaultChain }: KeyOptions,
): StorageKeys | undefined {
  const sources = [keysFile !== undefined, keysFromEnv === true, defaultChain === true].filter(Boolean)
  if (sources.length > 1)
    throw new CliError(
      exitCode.usage,
      '--keys-file, --keys-from-env and --default-chain cannot be used together. Use only one of them.',
    )
  if (keysFile !== undefined) return readKeysFile(io, keysFile)
  if (keysFromEnv === true) return readKeysFromEnv(io.env)
  return defaultChain === true ? { credentials: 'default-chain' } : undefined
}

function readKeysFile(io: Io, file: string): StorageKeys {
  const path = file === '-' ? 'standard input' : resolve(io.cwd, file)
  let text: string
  try {
    text = readFileSync(file === '-' ? 0 : path, 'utf8').trim()
  } catch (cause) {
    throw new CliError(exitCode.usage, `The keys in ${path} cannot be read.`, { cause })
  }
  const [, accessKeyId, secretAccessKey] = /^([^:\s]+):(\S+)$/.exec(text) ?? []
  if (accessKeyId !== undefined && secretAccessKey !== undefined) return { accessKeyId, secretAccessKey }
  throw new CliError(exitCode.usage, `The text in ${path} does not contain storage keys.`, {
    next: 'Write the keys as one line ACCESS_KEY_ID:SECRET_ACCESS_KEY.',
  })
}

function readKeysFromEnv(env: Io['env']): StorageKeys {
  const accessKeyId = env['AWS_ACCESS_KEY_ID']
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY']
  if (!accessKeyId || !secretAccessKey) {
    throw new CliError(exitCode.usage, 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must both be set.')
  }
  return { accessKeyId, secretAccessKey, sessionToken: env['AWS_SESSION_TOKEN'] || undefined }
}
