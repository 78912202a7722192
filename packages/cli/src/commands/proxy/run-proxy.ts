import { randomBytes } from 'node:crypto'
import { AuthRegistry, configuredHeaders } from '@headgate/auth'
import { isHeadgateError } from '@headgate/errors'
import { isLoopback, startProxy, type Proxy, type ServedRequest } from '@headgate/forward'
import { toCliError } from '../../auth/auth-cli-error.ts'
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

const bytesPerMib = 1024 * 1024

/** Runs a proxy until the signal `stop` is aborted. Then waits for the requests in progress, for a limited time. */
export async function runProxy(session: Session, options: RunProxyOptions, stop: AbortSignal): Promise<void> {
  const { out, settings, io } = session
  const { upstream, host, sharedMachine = false } = options
  if (!isLoopback(host) && !sharedMachine) {
    throw new CliError(
      exitCode.usage,
      `The proxy does not listen on ${host}, because every program that can connect to it could use your identity.`,
      {
        next: 'Add --shared-machine, which requires a secret from clients, or listen on 127.0.0.1.',
      },
    )
  }
  if (options.output !== undefined && !sharedMachine) {
    throw new CliError(
      exitCode.usage,
      '--output needs --shared-machine, because only then the proxy has a secret to write.',
      {
        next: 'Add --shared-machine, or remove --output.',
      },
    )
  }
  const warn = (text: string): void => out.warn(text)
  // The login of a profile is not used, because its tokens are only for the server of the profile and not for the
  // upstream.
  const login = settings.isOfProfile ? undefined : settings.login
  const properties = withLogin(authProperties(io.cwd, options, warn), login)
  await checkTarget(session, properties, upstream)
  const registry = new AuthRegistry()
  registry.register('login', loginProvider({ ...settings.logins, env: io.env, warn }))
  const secret = sharedMachine ? randomBytes(32).toString('base64url') : undefined
  await using file =
    options.output === undefined ? null : await openSecretFile(io.cwd, options.output, 'replace')
  await using auth = await registry
    .create(properties, { uri: upstream, env: io.env, warn })
    .catch((error: unknown) => Promise.reject(toCliError(error)))
  const reported = new Set<string>()
  await using proxy = await start({
    upstream,
    alsoKnownAs: options.alsoKnownAs ?? [],
    passConfig: options.passConfig ?? [],
    auth,
    headers: configuredHeaders(properties),
    host,
    port: options.port,
    ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
    ...(secret === undefined ? {} : { secret }),
    bufferLimit: options.bufferLimit * bytesPerMib,
    bufferBudget: Math.max(4 * options.bufferLimit, 256) * bytesPerMib,
    responseTimeoutMs: settings.timeoutMs,
    onRequest: (request) => {
      if (options.verbose === true || request.message !== undefined)
        io.stderr.write(formatRequest(request, out.json))
    },
    leftOut: (name, reason) => {
      // Reports each property once, because the responses for all tables contain it.
      if (reported.has(name) || reported.size >= 100) return
      if (reason === 'unknown' && options.verbose !== true) return
      reported.add(name)
      out.warn(
        reason === 'refused'
          ? `The proxy removed the property ${name} of the catalog, which would redirect clients or replace their credentials.`
          : `The proxy removed the property ${name} of the catalog, which is not in the list of docs/how-to/proxy.md. --pass-config ${name} passes it.`,
      )
    },
  })
  if (!isLoopback(host) && proxy.url.startsWith('http:')) {
    out.warn('Requests from other machines to the proxy are not encrypted, including the secret.')
  }
  await showProxy(session, options, proxy, {
    secret,
    file,
    type: String(properties['rest.auth.type'] ?? 'by the properties'),
  })
  await aborted(stop)
  out.note('Waiting for requests in progress, at most 10 seconds …')
  await proxy.close()
}

async function showProxy(
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
  out.result({ json }, () => `ready ${url}${shown === undefined ? '' : `\nsecret ${shown}`}`)
  out.note(`The proxy authenticates requests and forwards them to ${upstream}. Ctrl-C stops it.`)
  const source =
    secret === undefined ? undefined : file === null ? 'above, for this run' : `in ${file.path}, for this run`
  out.note(snippets({ url, secret: source }))
}

/** Adds the properties of the auth provider `login` if `--login` is set. */
function withLogin(
  properties: ReturnType<typeof authProperties>,
  login: string | undefined,
): ReturnType<typeof authProperties> {
  if (login === undefined) return properties
  const named = { 'rest.auth.login.name': login, ...properties }
  return properties['rest.auth.type'] === undefined ? { ...named, 'rest.auth.type': 'login' } : named
}

/**
 * Refuses an upstream to which the token of the login must not be sent. The check runs at the start, because
 * otherwise every request would fail.
 */
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

async function start(options: Parameters<typeof startProxy>[0]): Promise<Proxy> {
  try {
    return await startProxy(options)
  } catch (error) {
    if (isHeadgateError(error)) throw new CliError(exitCode.usage, error.message, { cause: error })
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === '') throw error
    throw new CliError(
      exitCode.usage,
      `The proxy cannot listen on ${options.host}:${options.port} (${code}).`,
      {
        next: 'Choose another --port, or use --port 0 for any free port.',
        cause: error,
      },
    )
  }
}

function formatRequest(
  { method, path, status, milliseconds, message }: ServedRequest,
  json: boolean,
): string {
  const ms = Math.round(milliseconds)
  if (json) return `${JSON.stringify({ method, path, status, ms, message })}\n`
  return `${visible(`${method} ${path}`)} ${status} ${ms} ms${message === undefined ? '' : `: ${visible(message)}`}\n`
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
