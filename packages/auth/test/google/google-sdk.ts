import { gaxios, GoogleAuth, type JWTInput } from 'google-auth-library'
import { onTestFinished, vi } from 'vitest'
import { testGoogle, type TestGoogle } from './google-servers.ts'

export const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'

/** Google on loopback, until the test ends. */
export async function google(): Promise<TestGoogle> {
  const server = await testGoogle()
  onTestFinished(async () => await server[Symbol.asyncDispose]())
  return server
}

/** Everything that the SDK of Google asked for the same credentials; none of it leaves this machine. */
export async function asked(
  credentials: object,
  ask: (auth: GoogleAuth) => Promise<unknown>,
  scopes: string[] = [SCOPE],
): Promise<TestGoogle['calls']> {
  const at = await google()
  const fetchImplementation = async (url: string | URL | Request, init?: RequestInit): Promise<Response> =>
    await at.fetch(url instanceof Request ? url.url : url.toString(), init ?? {})
  const { request } = gaxios.Gaxios.prototype
  const spy = vi.spyOn(gaxios.Gaxios.prototype, 'request').mockImplementation(async function (
    this: gaxios.Gaxios,
    options,
  ) {
    return await request.call(this, { ...options, fetchImplementation })
  })
  onTestFinished(() => spy.mockRestore())
  await ask(new GoogleAuth({ credentials: credentials as JWTInput, scopes }))
  spy.mockRestore()
  return at.calls
}

/** Asks for an access token. */
export const accessToken = async (auth: GoogleAuth): Promise<unknown> => await auth.getAccessToken()
