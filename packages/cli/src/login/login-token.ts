import { AuthRegistry, keepIdentity, type Prompts, type Provenance, type Token } from '@headgate/auth'
import { authCliError } from '../auth/auth-cli-error.ts'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { type Login, readLogin, writeLogin } from './login-file.ts'
import { withLoginLock } from './login-lock.ts'

export interface LoginContext {
  readonly folder: string
  readonly env: Io['env']
  readonly warn: (text: string) => void
}

/** A token is renewed this long before its end, or at half of its life. */
const AHEAD_MS = 60_000

const prefix = 'rest.auth.oauth2.'

/**
 * The access token of a login, renewed when that is due. However many processes ask, one renews; the others read what it
 * wrote.
 *
 * @param refused A token that was not accepted: it is renewed even when its time has not come
 * @throws CliError when there is no such login, or it has ended
 */
export async function loginToken(context: LoginContext, name: string, refused?: string): Promise<Login> {
  const { folder } = context
  const kept = await readLogin(folder, name)
  if (kept === undefined) throw noLogin(name)
  if (!isDue(kept, refused)) return kept
  return withLoginLock(folder, name, async () => {
    const current = (await readLogin(folder, name)) ?? kept
    if (!isDue(current, refused)) return current
    return await renewed(context, name, current)
  })
}

function isDue({ accessToken, obtainedAt, expiresAt }: Login, refused: string | undefined): boolean {
  const ahead = Math.min(AHEAD_MS, (expiresAt - obtainedAt) / 2)
  return accessToken === refused || Date.now() >= expiresAt - ahead
}

async function renewed(context: LoginContext, name: string, before: Login): Promise<Login> {
  const { refreshToken } = before
  if (refreshToken === undefined) throw hasEnded(name, 'the issuer gave no refresh token')
  let latest = before
  try {
    const token = await obtain(
      { ...before.properties, [`${prefix}refresh-token`]: refreshToken },
      {
        // Written down before anything else: the old one may be good for nothing from now on.
        keepRefreshToken: async (secret) => {
          latest = { ...latest, refreshToken: secret.reveal() }
          await writeLogin(context.folder, name, latest)
        },
      },
      context,
    )
    const next = loginOf(latest, token)
    keepIdentity(before.provenance as Provenance, next.provenance as Provenance)
    await writeLogin(context.folder, name, next)
    return next
  } catch (error) {
    const told = authCliError(error)
    if (told instanceof CliError) throw told.advising(`\`headgate login ${name}\` logs in again.`)
    throw told
  }
}

/** The same login with a new token. A token that does not say whose it is, is of the same (RFC 6749 section 6). */
export function loginOf(
  login: Omit<Login, 'accessToken' | 'obtainedAt' | 'expiresAt' | 'provenance'> & Partial<Login>,
  token: Token,
): Login {
  const {
    who = login.provenance?.who,
    actors,
    ...rest
  } = token.provenance ?? {
    obtainedBy: 'refresh_token',
    renewableBy: ['refresh_token'],
  }
  const now = Date.now()
  return {
    ...login,
    accessToken: token.value.reveal(),
    obtainedAt: now,
    expiresAt: token.expiresAt ?? now + 3_600_000,
    provenance: {
      ...rest,
      renewableBy: [...rest.renewableBy],
      ...(who === undefined ? {} : { who: { ...who } }),
      ...(actors === undefined ? {} : { actors: actors.map((actor) => ({ ...actor })) }),
    },
  }
}

/** A token by properties of `oauth2`. */
export async function obtain(
  properties: Readonly<Record<string, string>>,
  prompts: Prompts,
  { env, warn }: Pick<LoginContext, 'env' | 'warn'>,
  signal?: AbortSignal,
): Promise<Token> {
  await using auth = await new AuthRegistry().create(properties, { env, warn, prompts, initialize: false })
  const token = await auth.token?.(signal === undefined ? {} : { signal })
  if (token === undefined) throw new CliError(exitCode.usage, 'These properties give no token.')
  return token
}

function noLogin(name: string): CliError {
  return new CliError(exitCode.credential, `There is no login ${name}.`, {
    next: `\`headgate login ${name} --issuer URL --client-id ID\` makes one.`,
  })
}

function hasEnded(name: string, why: string): CliError {
  return new CliError(exitCode.credential, `The login ${name} has ended, and ${why}.`, {
    next: `\`headgate login ${name}\` logs in again.`,
  })
}
