import { resolve } from 'node:path'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { loginFolder } from '../login/login-folder.ts'
import { type CredentialSource, findCredential } from './credential.ts'

/** Options of every command. Undefined: the user did not set it. */
export interface GlobalOptions {
  readonly url?: string
  readonly credentialFile?: string
  readonly login?: string
  readonly warehouse?: string
  readonly timeout?: number
  readonly json?: boolean
  readonly yes?: boolean
}

/** Value with its source as the user knows it: `--url`, `HEADGATE_URL` or `default`. */
export interface Setting {
  readonly value: string
  readonly source: string
}

/** Server, credential and warehouse of a run. */
export interface Settings {
  /** Without trailing slash. */
  readonly url: Setting
  readonly warehouse: Setting
  readonly credential: CredentialSource
  /** Name of the login that replaces the credential. */
  readonly login: string | undefined
  /** Folder of the files of logins. */
  readonly logins: { readonly folder: string }
  readonly timeoutMs: number
}

const defaults = { url: 'http://127.0.0.1:8181', warehouse: 'lakehouse', timeoutSeconds: 60 } as const

/** Reads the settings. Options take precedence over variables, and variables over defaults. Reads no file. */
export function readSettings(io: Pick<Io, 'env' | 'cwd'>, options: GlobalOptions): Settings {
  const url = checkUrl(choose('--url', options.url, 'HEADGATE_URL', io.env, defaults.url))
  const dataDir = io.env['HEADGATE_DATA_DIR'] || '.headgate'
  if (options.login !== undefined && options.credentialFile !== undefined) {
    throw new CliError(exitCode.usage, '--login and --credential-file cannot be used together.', {
      next: 'Remove one of them.',
    })
  }
  return {
    url,
    warehouse: choose('--warehouse', options.warehouse, 'HEADGATE_WAREHOUSE', io.env, defaults.warehouse),
    credential: findCredential({
      option: options.credentialFile && resolve(io.cwd, options.credentialFile),
      env: io.env,
      cwd: io.cwd,
      // The administrator credential of this machine is valid for the server of this machine only.
      local: isLoopback(new URL(url.value).hostname) ? resolve(io.cwd, dataDir, 'admin-credential') : null,
    }),
    // An option takes precedence over a variable, also when they set different things.
    login:
      options.login ??
      (options.credentialFile === undefined ? io.env['HEADGATE_LOGIN'] || undefined : undefined),
    logins: { folder: loginFolder(io) },
    timeoutMs: (options.timeout ?? defaults.timeoutSeconds) * 1000,
  }
}

function choose(
  option: string,
  fromOption: string | undefined,
  variable: string,
  env: Io['env'],
  fallback: string,
): Setting {
  if (fromOption !== undefined) return { value: fromOption, source: option }
  const value = env[variable]
  return value ? { value, source: variable } : { value: fallback, source: 'default' }
}

function checkUrl({ value, source }: Setting): Setting {
  const url = URL.parse(value)
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== '' ||
    url.password !== '' ||
    url.search + url.hash !== ''
  ) {
    throw new CliError(exitCode.usage, `The value of ${source} is not the URL of a server.`, {
      next: 'Write it like https://catalog.example.com, without a user or a query.',
    })
  }
  return { value: url.href.replace(/\/+$/, ''), source }
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}
