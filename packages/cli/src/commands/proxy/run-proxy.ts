import { randomBytes } from 'node:crypto'
import { AuthRegistry, configuredHeaders } from '@headgate/auth'
import { isHeadgateError } from '@headgate/errors'
import { isLoopback, startProxy, type Proxy, type Told } from '@headgate/forward'
import { authCliError } from '../../auth/auth-cli-error.ts'
import { authProperties, type AuthOptions } from '../../auth/auth-properties.ts'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import { readLogin } from '../../login/login-file.ts'
import { loginProvider } from '../../login/login-provider.ts'
import { checkLoginTarget } from '../../login/login-target.ts'
import { visible } from '../../output/visible.ts'
import { openSecretFile, type SecretFile } from '../../secret-file.ts'
import type { Session } from '../../session.ts'
import { snippets } from './snippets.ts'

export interface RunProxyOptions extends AuthOptions {
  readonly upstream: string
  readonly alsoKnownAs?: readonly string[]
  readonly passConfig?: readonly string[]
  readonly port: number
  readonly host: string
  readonly publicUrl?: string
  readonly sharedMachine?: boolean
  readonly output?: string
  readonly bufferLimit: number
  readonly verbose?: boolean
}

const MIB = 1024 * 1024

/** Runs a proxy until `stop` is aborted, and lets what is under way finish. */
export async function runProxy(session: Session, options: RunProxyOptions, stop: AbortSignal): Promise<void> {
  const { out, settings, io } = session
  const { upstream, host, sharedMachine = false } = options
  if (!isLoopback(host) && !sharedMachine) {
    throw new CliError(exitCode.usage, `Everybody who reaches ${host} could use your identity.`, {
      next: 'Add --shared-machine, so that clients need a secret; or listen on 127.0.0.1.',
    })
  }
  if (options.output !== undefined && !sharedMachine) {
    throw new CliError(exitCode.usage, 'There is a secret with --shared-machine only.', {
      next: 'Add it, or leave out --output.',
    })
  }
  const warn = (text: string): void => out.warn(text)
  const properties = withLogin(authProperties(io.cwd, options, warn), settings.login)
  await checkTarget(session, properties, upstream)
  const registry = new AuthRegistry()
  registry.register('login', loginProvider({ ...settings.logins, env: io.env, warn }))
  const secret = sharedMachine ? randomBytes(32).toString('base64url') : undefined
  await using file =
    options.output === undefined ? null : await openSecretFile(io.cwd, options.output, 'replace')
  await using auth = await registry
    .create(properties, { uri: upstream, env: io.env, warn })
    .catch((error: unknown) => Promise.reject(authCliError(error)))
  const leftOut = new Set<string>()
  await using proxy = await started({
    upstream,
    alsoKnownAs: options.alsoKnownAs ?? [],
    passConfig: options.passConfig ?? [],
    auth,
    headers: configuredHeaders(properties),
    host,
    port: options.port,
    ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
    ...(secret === undefined ? {} : { secret }),
    bufferLimit: options.bufferLimit * MIB,
    bufferBudget: Math.max(4 * options.bufferLimit, 256) * MIB,
    answerTimeoutMs: settings.timeoutMs,
    onRequest: (told) => {
      if (options.verbose === true || told.message !== undefined) io.stderr.write(lineOf(told, out.json))
    },
    leftOut: (name, reason) => {
      // Each name is reported once: it comes again with every table.
      if (leftOut.has(name) || leftOut.size >= 100) return
      if (reason === 'unknown' && options.verbose !== true) return
      leftOut.add(name)
      out.warn(
        reason === 'refused'
          ? `the catalog sets ${name}, which would lead clients elsewhere or replace their login: left out.`
          : `the catalog sets ${name}, which is not in the list of docs/proxy.md: left out. --pass-config ${name} passes it.`,
      )
    },
  })
  if (!isLoopback(host) && proxy.url.startsWith('http:')) {
    out.warn('what goes to the proxy over the network is not encrypted, the secret included.')
  }
  await tell(session, options, proxy, {
    secret,
    file,
    type: String(properties['rest.auth.type'] ?? 'by the properties'),
  })
  await stopped(stop)
  out.note('Waiting for what is under way, 10 seconds at most …')
  await proxy.close()
}

async function tell(
  { out }: Session,
  { upstream }: RunProxyOptions,
  { url }: Proxy,
  { secret, file, type }: { secret: string | undefined; file: SecretFile | null; type: string },
): Promise<void> {
  if (secret !== undefined && file !== null) await file.write(`${secret}\n`)
  const shown = file === null ? secret : undefined
  const json = {
    url,
    upstream,
    auth: type,
    health: `${url}/-/health`,
    metrics: `${url}/-/metrics`,
    ...(shown === undefined ? {} : { secret: shown }),
    ...(file === null ? {} : { secretFile: file.path }),
  }
  out.answer({ json }, () => `ready ${url}${shown === undefined ? '' : `\nsecret ${shown}`}`)
  out.note(`Everything goes to ${upstream}, authenticated. Ctrl-C ends it.`)
  const where =
    secret === undefined ? undefined : file === null ? 'above, for this run' : `in ${file.path}, for this run`
  out.note(snippets({ url, secret: where }))
}

/** `--login` is short for the provider of that name. */
function withLogin(
  properties: ReturnType<typeof authProperties>,
  login: string | undefined,
): ReturnType<typeof authProperties> {
  if (login === undefined) return properties
  const named = { 'rest.auth.login.name': login, ...properties }
  return properties['rest.auth.type'] === undefined ? { ...named, 'rest.auth.type': 'login' } : named
}

/** What each request would be refused for, said before there are any. Below a signature only they tell. */
async function checkTarget(
  { settings }: Session,
  properties: ReturnType<typeof authProperties>,
  upstream: string,
): Promise<void> {
  if (properties['rest.auth.type'] !== 'login' || !URL.canParse(upstream)) return
  const name = String(properties['rest.auth.login.name'] ?? 'default')
  const login = await readLogin(settings.logins.folder, name)
  if (login !== undefined) checkLoginTarget(name, login.server, upstream)
}

async function started(options: Parameters<typeof startProxy>[0]): Promise<Proxy> {
  try {
    return await startProxy(options)
  } catch (error) {
    if (isHeadgateError(error)) throw new CliError(exitCode.usage, error.message, { cause: error })
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === '') throw error
    throw new CliError(exitCode.usage, `Nobody can listen at ${options.host}:${options.port} (${code}).`, {
      next: 'Another --port may be free; --port 0 takes one that is.',
      cause: error,
    })
  }
}

function lineOf({ method, path, status, milliseconds, message }: Told, json: boolean): string {
  const ms = Math.round(milliseconds)
  if (json) return `${JSON.stringify({ method, path, status, ms, message })}\n`
  return `${visible(`${method} ${path}`)} ${status} ${ms} ms${message === undefined ? '' : `: ${visible(message)}`}\n`
}

async function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
