import { gaxios, GoogleAuth, type JWTInput } from 'google-auth-library'
import { onTestFinished, vi } from 'vitest'
import { testGoogle, type TestGoogle } from './google-servers.ts'

export const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'

/** Starts Google's endpoints on loopback, until the test ends. */
export async function startGoogle(): Promise<TestGoogle> {
  const server = await testGoogle()
  onTestFinished(async () => await server[Symbol.asyncDispose]())
  return server
}

/**
 * Records the requests that Google's SDK sends for some credentials. The SDK sends them to a server on loopback only.
 */
export async function recordSdkCalls(
  credentials: object,
  requestToken: (auth: GoogleAuth) => Promise<unknown>,
  scopes: string[] = [SCOPE],
): Promise<TestGoogle['calls']> {
  const server = await startGoogle()
  const fetchImplementation = async (url: string | URL | Request, init?: RequestInit): Promise<Response> =>
    await server.fetch(url instanceof Request ? url.url : url.toString(), init ?? {})
  const { request } = gaxios.Gaxios.prototype
  const spy = vi.spyOn(gaxios.Gaxios.prototype, 'request').mockImplementation(async function (
    this: gaxios.Gaxios,
    options,
  ) {
    return await request.call(this, { ...options, fetchImplementation })
  })
  onTestFinished(() => spy.mockRestore())
  await requestToken(new GoogleAuth({ credentials: credentials as JWTInput, scopes }))
  spy.mockRestore()
  return server.calls
}

/** Requests an access token from Google's SDK. */
export const accessToken = async (auth: GoogleAuth): Promise<unknown> => await auth.getAccessToken()
