import { type HttpRequest, headerValue } from '@headgate/http'
import type { AuthProvider } from '../src/auth-provider.ts'
import { AuthRegistry, type CreateOptions } from '../src/registry.ts'
import type { Properties } from '../src/properties/auth-properties.ts'
import type { ReadyProvider } from '../src/auth-provider.ts'

/** A provider of the built-in registry, made from properties. */
export async function create(properties: Properties, options?: CreateOptions): Promise<ReadyProvider> {
  return await new AuthRegistry().create(properties, options)
}

/** A request to authenticate. */
export function aRequest(changes: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', url: 'https://catalog.example.com/v1/config', headers: [], body: null, ...changes }
}

/** The value of a header after authentication. */
export async function headerAfter(
  provider: AuthProvider,
  name: string,
  request: HttpRequest = aRequest(),
): Promise<string | undefined> {
  return headerValue((await provider.authenticate(request)).headers, name)
}

/** A clock that tests move. */
export function testClock(start: number = Date.UTC(2026, 0, 1)): {
  now: () => number
  advance: (ms: number) => void
} {
  let time = start
  return {
    now: () => time,
    advance: (ms) => {
      time += ms
    },
  }
}

/** The message that something fails with, or `no error`. */
export async function messageOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'no error'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
